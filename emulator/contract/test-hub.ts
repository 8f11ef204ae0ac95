/**
 * The smallest hub there can be: it authenticates one board over the real wire, says WELCOME, and leaves everything after that
 * to the test, record by record. It keeps no state of jobs and repairs nothing, so that a board's mistakes show.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { nodeCrypto } from '#lib/node/crypto.ts';
import { FRAME, NONCE_BYTES, PING_INTERVAL_MS } from '#lib/protocol/frames.ts';
import { answerM1, deriveNextKey, type Hello, isM3Good, parseM1 } from '#lib/protocol/handshake.ts';
import type { BoardOperation, HubOperation } from '#lib/protocol/operations.ts';
import { packOperation, unpackBoardOperation } from '#lib/protocol/operations.ts';
import { Opener, Sealer } from '#lib/protocol/records.ts';
import { within } from './deadline.ts';
import { Mailbox } from './mailbox.ts';

export interface TestHubOptions {
  readonly boardId: Uint8Array;
  readonly key: Uint8Array;
  readonly epoch: number;
}

type OfKind<Op extends BoardOperation['op']> = Extract<BoardOperation, { op: Op }>;

/** One authenticated session, from WELCOME on. */
export class BoardLink {
  /** Resolves with the close code, 1006 for a broken connection. */
  readonly closed: Promise<number>;
  readonly hello: Hello;
  readonly #socket: WebSocket;
  readonly #sealer: Sealer;
  readonly #mailbox = new Mailbox<BoardOperation>();
  #rid = 0;

  constructor(socket: WebSocket, hello: Hello, sealer: Sealer, opener: Opener) {
    this.#socket = socket;
    this.hello = hello;
    this.#sealer = sealer;
    this.closed = new Promise((resolve) => socket.on('close', resolve));
    void this.closed.then((code) => this.#mailbox.close(new Error(`The board's link ended with ${code}.`)));
    socket.on('message', (message: Buffer) => {
      const plaintext = opener.open(message);
      const operation = plaintext && unpackBoardOperation(plaintext);
      if (operation) this.#mailbox.put(operation);
      else this.#mailbox.close(new Error(`The board sent what cannot be read: ${whatCameOf(plaintext)}.`));
    });
  }

  nextRid(): number {
    this.#rid = (this.#rid % 0xffff) + 1;
    return this.#rid;
  }

  send(operation: HubOperation): void {
    this.#socket.send(this.#sealer.seal(packOperation(operation)));
  }

  /** A record whose last byte was changed on the way. */
  sendDamaged(operation: HubOperation): void {
    const record = this.#sealer.seal(packOperation(operation));
    record[record.length - 1] = (record.at(-1) ?? 0) ^ 1;
    this.#socket.send(record);
  }

  /** The first answer of that kind to that request. */
  expect<Op extends BoardOperation['op']>(op: Op, rid: number): Promise<OfKind<Op>> {
    const wants = (each: BoardOperation): each is OfKind<Op> => each.op === op && each.rid === rid;
    return this.#mailbox.take(wants, `${op} for request ${rid}`);
  }

  /** The first OUT or DONE of a program, or the refusal to run it. */
  expectProgress(rid: number): Promise<OfKind<'out' | 'done' | 'error'>> {
    const wants = (each: BoardOperation): each is OfKind<'out' | 'done' | 'error'> =>
      each.rid === rid && (each.op === 'out' || each.op === 'done' || each.op === 'error');
    return this.#mailbox.take(wants, `OUT or DONE for request ${rid}`);
  }

  /** How many OUT records of a program have arrived and were not asked for. */
  countOut(rid: number): number {
    return this.#mailbox.waiting((each) => each.op === 'out' && each.rid === rid).length;
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  /** Cuts the connection without a word. */
  drop(): void {
    this.#socket.terminate();
  }
}

function whatCameOf(plaintext: Uint8Array | undefined): string {
  return plaintext === undefined
    ? 'a record that does not open'
    : `a plaintext ${Buffer.from(plaintext).toString('latin1')}`;
}

export class TestHub {
  readonly url: string;
  readonly #server: ReturnType<typeof createServer>;
  readonly #keys = new Map<number, Uint8Array>();
  readonly #links = new Mailbox<BoardLink>();
  readonly #refusals = new Mailbox<{ readonly sentProof: boolean }>();
  #lies = 0;

  constructor(server: ReturnType<typeof createServer>, { key, epoch }: TestHubOptions) {
    this.#server = server;
    this.#keys.set(epoch, key);
    const { address, port } = server.address() as AddressInfo;
    this.url = `ws://${address}:${port}/device`;
    const sockets = new WebSocketServer({ server, path: '/device', perMessageDeflate: false });
    sockets.on('connection', (socket) => this.#greet(socket));
  }

  /** The next session of the board that nobody has taken yet. */
  link(): Promise<BoardLink> {
    return this.#links.take((_): _ is BoardLink => true, 'a connection of the board');
  }

  /** The next connection meets a hub that does not hold the key; resolves with what the board did then. */
  lieOnce(): Promise<{ readonly sentProof: boolean }> {
    this.#lies = 1;
    return this.#refusals.take((_): _ is { sentProof: boolean } => true, 'a connection of the board');
  }

  /** Makes and remembers the key that follows `epoch`, and answers the KEY operation for it. */
  rotate(epoch: number): { readonly epoch: number; readonly random: Uint8Array } {
    const random = nodeCrypto.randomBytes(NONCE_BYTES);
    this.#keys.set(epoch + 1, deriveNextKey(nodeCrypto, this.#keys.get(epoch) ?? new Uint8Array(NONCE_BYTES), random));
    return { epoch: epoch + 1, random };
  }

  forget(epoch: number): void {
    this.#keys.delete(epoch);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await within(new Promise<void>((resolve) => this.#server.close(() => resolve())), 'the end of the test hub');
  }

  #greet(socket: WebSocket): void {
    socket.on('error', () => undefined);
    socket.once('message', (m1: Buffer) => {
      const hello = parseM1(m1);
      const key = hello && this.#keys.get(hello.epoch);
      if (hello === undefined || key === undefined) return socket.close(4000);
      if (this.#lies > 0) return this.#lie(socket, m1);
      const { m2, boardProof, keys } = answerM1(nodeCrypto, key, m1, nodeCrypto.randomBytes(NONCE_BYTES));
      socket.once('message', (m3: Buffer) => {
        if (!isM3Good(nodeCrypto, m3, boardProof)) return socket.close(4000);
        const sealer = new Sealer(nodeCrypto, keys.hubToBoard);
        const link = new BoardLink(socket, hello, sealer, new Opener(nodeCrypto, keys.boardToHub));
        link.send(welcome());
        this.#links.put(link);
      });
      socket.send(m2);
    });
  }

  #lie(socket: WebSocket, m1: Buffer): void {
    this.#lies = 0;
    let sentProof = false;
    socket.on('message', (message: Buffer) => {
      sentProof ||= message[0] === FRAME.m3;
    });
    socket.on('close', () => this.#refusals.put({ sentProof }));
    socket.send(answerM1(nodeCrypto, new Uint8Array(NONCE_BYTES), m1, nodeCrypto.randomBytes(NONCE_BYTES)).m2);
  }
}

/** `host` is an IPv4 address of this machine that the board can reach. */
export async function startTestHub(options: TestHubOptions, host = '127.0.0.1'): Promise<TestHub> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return new TestHub(server, options);
}

function welcome(): HubOperation {
  return {
    op: 'welcome',
    rid: 0,
    timeS: Math.floor(Date.now() / 1000),
    heartbeatS: PING_INTERVAL_MS / 1000,
    window: 4,
    // A board that loses the link comes back within a second.
    retryS: 1,
    job: 0,
    clientVersion: '',
  };
}
