/**
 * A board for tests: speaks the wire from the board's side over whatever carries its messages, and does on request what a real one
 * never would. It runs no Python: `onOperation` says what it answers. The load fleet and the virtual board are in emulator/.
 */
import type { CryptoPort } from '#lib/protocol/crypto.ts';
import { FRAME, NONCE_BYTES } from '#lib/protocol/frames.ts';
import { answerM2, deriveNextKey, packM1 } from '#lib/protocol/handshake.ts';
import type { BoardInfo } from '#lib/protocol/info.ts';
import { type BoardOperation, type HubOperation, packOperation, unpackHubOperation } from '#lib/protocol/operations.ts';
import { Opener, Sealer } from '#lib/protocol/records.ts';

export const TEST_INFO: BoardInfo = {
  v: '0.1.0',
  u: ['esp8266', 'esp8266', '2.2.0-dev(9422289)', 'v1.27.0 on 2025-12-09', 'ESP module with ESP8266'],
  plat: 'esp8266',
  mpy: 774,
  chip: 'a1b2c3',
  mem: 29_600,
  fs: [3_000_000, 3_125_248],
  rssi: -61,
  rst: 6,
  boots: 3,
  job: [0, 'none', 0],
  rec: 512,
  slot: 'a',
};

export interface TestBoardOptions {
  readonly crypto: CryptoPort;
  readonly boardId: Uint8Array;
  readonly key: Uint8Array;
  readonly epoch?: number;
  readonly info?: BoardInfo;
  /** Carries a message to the hub. */
  readonly send: (message: Uint8Array) => void;
  /** Answers an operation; true when it did, else the board answers WELCOME, PING and KEY as a board does. */
  readonly onOperation?: (operation: HubOperation, board: TestBoard) => boolean;
}

export class TestBoard {
  /** Every operation of the hub's, in order. */
  readonly received: HubOperation[] = [];
  /** Set by KEY. */
  next: { readonly epoch: number; readonly key: Uint8Array } | undefined;
  info: BoardInfo;
  sealer: Sealer | undefined;
  readonly #options: TestBoardOptions;
  readonly #waiters: { readonly op: HubOperation['op']; readonly resolve: (operation: HubOperation) => void }[] = [];
  #m1: Uint8Array = new Uint8Array(0);
  #opener: Opener | undefined;

  constructor(options: TestBoardOptions) {
    this.#options = options;
    this.info = options.info ?? TEST_INFO;
  }

  /** Sends M1. */
  connect(): void {
    const { crypto, boardId, epoch = 1 } = this.#options;
    this.#m1 = packM1({ boardId, epoch, nonce: crypto.randomBytes(NONCE_BYTES) });
    this.#options.send(this.#m1);
  }

  /** A message from the hub. */
  receive(message: Uint8Array): void {
    if (message[0] === FRAME.m2) this.#receiveM2(message);
    const plaintext = message[0] === FRAME.record ? this.#opener?.open(message) : undefined;
    const operation = plaintext && unpackHubOperation(plaintext);
    if (!operation) return;
    this.received.push(operation);
    if (!this.#options.onOperation?.(operation, this)) this.#answer(operation);
    const at = this.#waiters.findIndex((waiter) => waiter.op === operation.op);
    if (at >= 0) this.#waiters.splice(at, 1)[0]?.resolve(operation);
  }

  reply(operation: BoardOperation): void {
    this.sendPlaintext(packOperation(operation));
  }

  sendPlaintext(plaintext: Uint8Array): void {
    if (!this.sealer) throw new Error('The test board has no session.');
    this.#options.send(this.sealer.seal(plaintext));
  }

  /** The next operation of that kind. */
  waitFor<Op extends HubOperation['op']>(op: Op): Promise<Extract<HubOperation, { op: Op }>> {
    return new Promise((resolve) => {
      const is = (operation: HubOperation): operation is Extract<HubOperation, { op: Op }> => operation.op === op;
      this.#waiters.push({ op, resolve: (operation) => is(operation) && resolve(operation) });
    });
  }

  #receiveM2(m2: Uint8Array): void {
    const answer = answerM2(this.#options.crypto, this.#options.key, this.#m1, m2);
    if (!answer) return;
    this.sealer = new Sealer(this.#options.crypto, answer.keys.boardToHub);
    this.#opener = new Opener(this.#options.crypto, answer.keys.hubToBoard);
    this.#options.send(answer.m3);
  }

  #answer(operation: HubOperation): void {
    const { rid } = operation;
    if (operation.op === 'welcome') this.reply({ op: 'info', rid: 0, info: this.info });
    if (operation.op === 'ping') this.reply({ op: 'pong', rid, memFreeBytes: 28_000, rssiDbm: -60, uptimeS: 77 });
    if (operation.op !== 'key') return;
    const key = deriveNextKey(this.#options.crypto, this.#options.key, operation.random);
    this.next = { epoch: operation.epoch, key };
    this.reply({ op: 'ok', rid, bytes: new Uint8Array(0) });
  }
}
