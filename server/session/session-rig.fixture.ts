/** For tests of sessions: one session and one board joined in memory, with time that passes only when told to. */
import { type BoardId, boardIdSchema } from '#lib/api/schema.ts';
import { nodeCrypto } from '#lib/node/crypto.ts';
import { hexOf } from '#lib/protocol/bytes.ts';
import { TestBoard, type TestBoardOptions } from '#lib/protocol/test-board.fixture.ts';
import { FakeClock, settle } from './fake-clock.fixture.ts';
import type {
  SessionEnd,
  SessionKey,
  SessionKeyRing,
  SessionKeyStore,
  SessionListener,
  SessionSocket,
} from './ports.ts';
import { Session } from './session.ts';

export const BOARD_ID_BYTES = new Uint8Array(16).fill(0x42);
export const BOARD_ID: BoardId = boardIdSchema.parse(hexOf(BOARD_ID_BYTES));
export const KEY = new Uint8Array(32).fill(0x17);

export class MemoryKeyStore implements SessionKeyStore {
  ring: SessionKeyRing | undefined = { current: { epoch: 1, key: KEY }, next: undefined, singleUse: false };
  /** What was asked of it, in order. */
  readonly calls: string[] = [];
  /** Makes every call fail. */
  isBroken = false;

  async findKeys(boardId: BoardId): Promise<SessionKeyRing | undefined> {
    this.#note('find');
    return boardId === BOARD_ID ? this.ring : undefined;
  }

  async saveNextKey(_boardId: BoardId, next: SessionKey): Promise<void> {
    this.#note(`save ${next.epoch}`);
    if (this.ring) this.ring = { ...this.ring, next };
  }

  async confirmNextKey(_boardId: BoardId, epoch: number): Promise<void> {
    this.#note(`confirm ${epoch}`);
    if (this.ring?.next) this.ring = { current: this.ring.next, next: undefined, singleUse: false };
  }

  #note(call: string): void {
    this.calls.push(call);
    if (this.isBroken) throw new Error('The disk is gone.');
  }
}

export class Rig implements SessionListener, SessionSocket {
  readonly clock = new FakeClock();
  readonly keys = new MemoryKeyStore();
  readonly board: TestBoard;
  readonly session: Session;
  /** Messages of the hub, as they were sent. */
  readonly sent: Uint8Array[] = [];
  /** What the listener was told. */
  readonly told: string[] = [];
  end: SessionEnd | undefined;
  closeCode: number | undefined;
  buffered = 0;
  /** False: the board hears nothing any more. */
  isDelivering = true;

  constructor(options: Partial<TestBoardOptions> = {}) {
    this.session = new Session(
      {
        clock: this.clock,
        crypto: nodeCrypto,
        random: () => 0.5,
        keys: this.keys,
        serverSecret: new Uint8Array(32).fill(0x99),
        listener: this,
        welcome: () => ({ timeS: 1, heartbeatS: 25, window: 4, retryS: 1, job: 0, clientVersion: '0.1.0' }),
        nameOf: () => 'esp8266-1',
      },
      this,
      '192.0.2.7',
    );
    const send = (message: Uint8Array) => this.session.receive(message);
    this.board = new TestBoard({ crypto: nodeCrypto, boardId: BOARD_ID_BYTES, key: KEY, send, ...options });
  }

  /** From M1 to INFO. */
  async open(): Promise<this> {
    this.board.connect();
    await settle();
    return this;
  }

  send(message: Uint8Array): void {
    this.sent.push(message);
    queueMicrotask(() => this.isDelivering && this.board.receive(message));
  }

  bufferedBytes(): number {
    return this.buffered;
  }

  close(code: number): void {
    this.closeCode = code;
  }

  onAuthenticated(): void {
    this.told.push('authenticated');
  }

  onOpened(): void {
    this.told.push('opened');
  }

  onInfo(): void {
    this.told.push('info');
  }

  onPong(): void {
    this.told.push('pong');
  }

  onEnded(_session: Session, end: SessionEnd): void {
    this.told.push('ended');
    this.end = end;
  }

  onFailure(_session: Session, error: unknown): void {
    this.told.push(`failure: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}
