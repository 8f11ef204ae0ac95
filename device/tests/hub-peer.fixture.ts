/**
 * A hub for one board in a test: listens on a free port and hands out each connection as a `Peer`, on which the test sends
 * operations and awaits those of the board. The codec is lib/protocol's; nothing is answered that the test did not ask for.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { nodeCrypto } from '#lib/node/crypto.ts';
import { answerM1, isM3Good, parseM1 } from '#lib/protocol/handshake.ts';
import {
  type BoardOperation,
  type HubOperation,
  packOperation,
  unpackBoardOperation,
} from '#lib/protocol/operations.ts';
import { Opener, Sealer } from '#lib/protocol/records.ts';

type Of<Op extends BoardOperation['op']> = Extract<BoardOperation, { op: Op }>;

export const DEADLINE_MS = 15_000;

const bytesOf = (data: RawData): Uint8Array => {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data);
};

/** Values in the order in which they came; whoever asks first gets the first. */
export class Inbox<T> {
  readonly #values: T[] = [];
  readonly #waiting: ((value: T) => void)[] = [];

  push(value: T): void {
    const next = this.#waiting.shift();
    if (next) next(value);
    else this.#values.push(value);
  }

  async next(what: string): Promise<T> {
    const value = this.#values.shift();
    if (value !== undefined) return value;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.push(resolve);
    const timer = setTimeout(() => reject(new Error(`No ${what} within ${DEADLINE_MS} ms.`)), DEADLINE_MS);
    return promise.finally(() => clearTimeout(timer));
  }

  get size(): number {
    return this.#values.length;
  }
}

export class Peer {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  readonly messages = new Inbox<Uint8Array>();
  readonly closed: Promise<number>;
  epoch = 0;
  #sealer: Sealer | undefined;
  #opener: Opener | undefined;
  #rid = 0;

  constructor(socket: WebSocket, request: IncomingMessage) {
    this.socket = socket;
    this.request = request;
    socket.on('message', (data) => this.messages.push(bytesOf(data)));
    socket.on('error', () => undefined);
    this.closed = once(socket, 'close').then(([code]: number[]) => code ?? 0);
  }

  /** Answers M1 with the key that belongs to its epoch and checks M3. */
  async authenticate(keyOf: (epoch: number) => Uint8Array): Promise<this> {
    const m1 = await this.messages.next('M1');
    const hello = parseM1(m1);
    if (!hello) throw new Error('The board sent no M1.');
    this.epoch = hello.epoch;
    const { m2, boardProof, keys } = answerM1(nodeCrypto, keyOf(hello.epoch), m1, randomBytes(32));
    this.socket.send(m2);
    if (!isM3Good(nodeCrypto, await this.messages.next('M3'), boardProof)) throw new Error('M3 proves nothing.');
    this.#sealer = new Sealer(nodeCrypto, keys.hubToBoard);
    this.#opener = new Opener(nodeCrypto, keys.boardToHub);
    return this;
  }

  seal(operation: HubOperation): Uint8Array {
    if (!this.#sealer) throw new Error('There is no session yet.');
    return this.#sealer.seal(packOperation(operation));
  }

  send(operation: HubOperation): void {
    this.socket.send(this.seal(operation));
  }

  async next(): Promise<BoardOperation> {
    const plaintext = this.#opener?.open(await this.messages.next('record'));
    const operation = plaintext && unpackBoardOperation(plaintext);
    if (!operation) throw new Error('The board sent a record that is not one.');
    return operation;
  }

  /** The next operation, which must be this one. */
  async expect<Op extends BoardOperation['op']>(op: Op): Promise<Of<Op>> {
    const operation = await this.next();
    if (operation.op !== op) throw new Error(`Expected ${op}, got ${JSON.stringify(operation)}.`);
    return operation as Of<Op>;
  }

  welcome(retryS = 1): void {
    this.send({ op: 'welcome', rid: 0, timeS: 1, heartbeatS: 25, window: 2, retryS, job: 0, clientVersion: '' });
  }

  rid(): number {
    this.#rid += 1;
    return this.#rid;
  }

  /** Starts a program: its OK has come when this resolves. */
  async start(source: string, job = 0): Promise<Program> {
    const rid = this.rid();
    this.send({ op: 'exec', rid, job, source });
    await this.expect('ok');
    return new Program(this, rid);
  }

  /** Runs a program to its end, granting a credit for each OUT. */
  async run(source: string, job = 0): Promise<{ text: string; done: Of<'done'> }> {
    return (await this.start(source, job)).end();
  }

  async ping(): Promise<Of<'pong'>> {
    this.send({ op: 'ping', rid: this.rid() });
    return this.expect('pong');
  }
}

/** A running program; other operations than its own, which a test may have asked for, are kept in `aside`. */
export class Program {
  readonly peer: Peer;
  readonly rid: number;
  readonly aside: BoardOperation[] = [];
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(peer: Peer, rid: number) {
    this.peer = peer;
    this.rid = rid;
  }

  get text(): string {
    return Buffer.from(this.#bytes).toString();
  }

  interrupt(): void {
    this.peer.send({ op: 'interrupt', rid: this.rid });
  }

  type(text: string): void {
    this.peer.send({ op: 'input', rid: this.rid, bytes: Buffer.from(text) });
  }

  credit(count: number): void {
    this.peer.send({ op: 'credit', rid: this.rid, count });
  }

  #take(out: Of<'out'>): void {
    this.#bytes = Buffer.concat([this.#bytes, out.bytes]);
    this.credit(1);
  }

  /** Takes output until `text` ends with `mark`. */
  async until(mark: string): Promise<void> {
    while (!this.text.endsWith(mark)) {
      this.#take(await this.peer.expect('out'));
    }
  }

  async end(): Promise<{ text: string; done: Of<'done'> }> {
    for (;;) {
      const operation = await this.peer.next();
      if (operation.op === 'done') return { text: this.text, done: operation };
      if (operation.op === 'out') {
        this.#take(operation);
      } else this.aside.push(operation);
    }
  }
}

export class HubPeer {
  readonly #server: WebSocketServer;
  readonly #peers = new Inbox<Peer>();

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket, request) => this.#peers.push(new Peer(socket, request)));
  }

  static async listen(port = 0): Promise<HubPeer> {
    const server = new WebSocketServer({ host: '127.0.0.1', port, path: '/device', perMessageDeflate: false });
    await once(server, 'listening');
    return new HubPeer(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/device`;
  }

  connection(): Promise<Peer> {
    return this.#peers.next('connection');
  }

  async close(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    return promise;
  }
}
