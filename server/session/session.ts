/**
 * One board's socket: proves both sides, seals and opens records, keeps the link alive and hands out replies.
 * It knows one board and no other, and nothing of jobs, files or HTTP; the hub feeds it messages and time and is told through
 * SessionListener. What may come when is machine.ts; read it next, then keys.ts and dispatch.ts.
 */
import type { BoardId } from '#lib/api/schema.ts';
import { AppError } from '#lib/errors.ts';
import { assertNever } from '#lib/machine.ts';
import {
  AUTHENTICATION_TIMEOUT_MS,
  DEAD_AFTER_HUB_MS,
  FRAME,
  MAX_BYTES_AFTER_AUTHENTICATION,
  MAX_BYTES_BEFORE_AUTHENTICATION,
} from '#lib/protocol/frames.ts';
import type { BoardInfo } from '#lib/protocol/info.ts';
import {
  type BoardOperation,
  type HubOperation,
  packOperation,
  unpackBoardOperation,
} from '#lib/protocol/operations.ts';
import { Opener, Sealer } from '#lib/protocol/records.ts';
import { dispatch } from './dispatch.ts';
import { BoardHandshake } from './handshake.ts';
import { firstPingDelayMs, pingDelayMs } from './heartbeat.ts';
import { rotateKey } from './keys.ts';
import { type SessionEffect, type SessionInput, type SessionState, sessionMachine } from './machine.ts';
import { type Expectation, PendingReplies, type Reply } from './pending.ts';
import type { SessionDeps, SessionSocket } from './ports.ts';

export { Heartbeat } from './heartbeat.ts';
export type { SessionDeps, SessionEnd, SessionListener, SessionSocket } from './ports.ts';

/** Sealed bytes that may wait for a board that does not read; more of them end the session as silent. */
export const MAX_SEND_BUFFER_BYTES = 256 * 1024;
const MAX_RID = 0xffff;

/** Takes output of a program; false when the board had no credit left to send it. */
export type OutputSink = (bytes: Uint8Array) => boolean;

export class Session {
  readonly address: string | null;
  lastHeardAt: number;
  readonly #deps: SessionDeps;
  readonly #socket: SessionSocket;
  readonly #authenticateBy: number;
  #state: SessionState = 'awaiting-hello';
  #boardId: BoardId | undefined;
  #info: BoardInfo | undefined;
  #handshake: BoardHandshake | undefined;
  #sealer: Sealer | undefined;
  #opener: Opener | undefined;
  #pending: PendingReplies | undefined;
  #sinks: Map<number, OutputSink> | undefined;
  #pingAt = 0;
  #lastRid = 0;
  #wasOpen = false;
  #closeCode: number | undefined;

  constructor(deps: SessionDeps, socket: SessionSocket, address: string | null) {
    this.#deps = deps;
    this.#socket = socket;
    this.address = address;
    this.lastHeardAt = deps.clock.now();
    this.#authenticateBy = this.lastHeardAt + AUTHENTICATION_TIMEOUT_MS;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Known once M1 has come; until `isAuthenticated` it is only a claim. */
  get boardId(): BoardId {
    if (this.#boardId === undefined) throw new Error('The board has not said who it is.');
    return this.#boardId;
  }

  /** True when it says, proved or not, that it is that board. */
  claims(boardId: BoardId): boolean {
    return this.#boardId === boardId;
  }

  get isAuthenticated(): boolean {
    return this.#opener !== undefined;
  }

  /** The newest facts; undefined until the session is open. */
  get info(): BoardInfo | undefined {
    return this.#info;
  }

  /** A binary message from the socket. Whatever it is, the session goes on or closes; nothing is thrown. */
  receive(message: Uint8Array): void {
    if (this.#state === 'closed') return;
    try {
      this.#read(message);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** CM1 has no text messages. */
  receiveText(): void {
    this.end('violation');
  }

  socketClosed(): void {
    this.end('socket-closed');
  }

  /** Ends the session for a reason of the hub's, or as the machine says for that input. */
  end(input: Extract<SessionInput, 'violation' | 'replaced' | 'removed' | 'stop' | 'socket-closed'>): void {
    this.#step(input);
  }

  /** What the passing of time asks for; called about once a second. */
  check(nowMs: number): void {
    if (this.#state !== 'open') {
      if (nowMs >= this.#authenticateBy) this.#step('deadline');
    } else if (nowMs - this.lastHeardAt >= DEAD_AFTER_HUB_MS) {
      this.#step('silence');
    } else if (nowMs >= this.#pingAt) {
      this.#pingAt = nowMs + pingDelayMs(this.#deps.random());
      this.send({ op: 'ping', rid: this.newRid() });
    }
  }

  /** A request number that no open request uses; 0 is WELCOME's and INFO's. */
  newRid(): number {
    do {
      this.#lastRid = (this.#lastRid % MAX_RID) + 1;
    } while (this.#pending?.has(this.#lastRid) || this.#sinks?.has(this.#lastRid));
    return this.#lastRid;
  }

  /** Seals and sends; does nothing when the session is over. */
  send(operation: HubOperation): void {
    if (this.#state === 'closed' || !this.#sealer) return;
    if (this.#socket.bufferedBytes() > MAX_SEND_BUFFER_BYTES) this.#step('silence');
    else this.#socket.send(this.#sealer.seal(packOperation(operation)));
  }

  /** Sends and waits for the reply. Rejects with board_error, board_busy, board_timeout or board_link_lost. */
  request<Op extends Reply['op']>(
    operation: HubOperation,
    expectation: Expectation<Op>,
  ): Promise<Extract<Reply, { op: Op }>> {
    if (this.#state === 'closed') return Promise.reject(this.#linkLost());
    this.#pending ??= new PendingReplies(this.#deps.clock, () => this.#deps.nameOf(this.boardId));
    const reply = this.#pending.expect(operation.rid, expectation);
    this.send(operation);
    return reply;
  }

  /** Output that comes under this request goes to the sink until `closeSink`. */
  openSink(rid: number, sink: OutputSink): void {
    this.#sinks ??= new Map();
    this.#sinks.set(rid, sink);
  }

  closeSink(rid: number): void {
    this.#sinks?.delete(rid);
  }

  /** For handlers/out.ts: output that nobody waits for any more is dropped. */
  takeOutput(rid: number, bytes: Uint8Array): boolean {
    return this.#sinks?.get(rid)?.(bytes) ?? true;
  }

  /** For handlers/reply.ts and done.ts: a reply that comes after its deadline is dropped. */
  takeReply(reply: Reply): boolean {
    return this.#pending?.settle(reply) ?? true;
  }

  /** For handlers/info.ts. */
  takeInfo(info: BoardInfo): void {
    this.#info = info;
    this.#deps.listener.onInfo(this, info);
  }

  /** For handlers/pong.ts. */
  takePong(pong: Extract<BoardOperation, { op: 'pong' }>): void {
    this.#deps.listener.onPong(this, pong);
  }

  #read(message: Uint8Array): void {
    const limit = this.#opener ? MAX_BYTES_AFTER_AUTHENTICATION : MAX_BYTES_BEFORE_AUTHENTICATION;
    if (message.length > limit) this.#step('violation');
    else if (this.#opener) this.#readRecord(this.#opener, message);
    else if (message[0] === FRAME.m1) this.#readM1(message);
    else this.#step(this.#handshake?.isProof(this.#deps.crypto, message) ? 'proof' : 'violation');
  }

  #readM1(message: Uint8Array): void {
    if (this.#state === 'awaiting-hello') this.#handshake = BoardHandshake.begin(message);
    this.#boardId = this.#handshake?.boardId;
    this.#step(this.#handshake ? 'hello' : 'violation');
  }

  #readRecord(opener: Opener, message: Uint8Array): void {
    const plaintext = opener.open(message);
    const operation = plaintext && unpackBoardOperation(plaintext);
    if (!operation) {
      this.#step('violation');
      return;
    }
    this.lastHeardAt = this.#deps.clock.now();
    if (operation.op !== 'info') {
      this.#step('operation', operation);
      return;
    }
    if (!this.#wasOpen) this.#info = operation.info;
    this.#step(this.#handshake?.key.mustRotate ? 'info-rotate' : 'info', operation);
  }

  #step(input: SessionInput, operation?: BoardOperation): void {
    const { state, effects } = sessionMachine(this.#state, input);
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect, operation);
  }

  #carryOut(effect: SessionEffect, operation: BoardOperation | undefined): void {
    switch (effect.do) {
      case 'answer-hello':
        void this.#answerHello();
        break;
      case 'welcome':
        this.#welcome();
        break;
      case 'rotate':
        void this.#rotate();
        break;
      case 'open':
        this.#open();
        break;
      case 'dispatch':
        if (operation && !dispatch(this, operation)) this.#step('violation');
        break;
      case 'close':
        this.#closeCode = effect.code;
        this.#socket.close(effect.code);
        break;
      case 'end':
        this.#ended();
        break;
      default:
        assertNever(effect);
    }
  }

  async #answerHello(): Promise<void> {
    try {
      const m2 = await this.#handshake?.answer(this.#deps);
      if (!m2 || this.#state !== 'finding-key') return;
      this.#step('answered');
      this.#socket.send(m2);
    } catch (error) {
      this.#fail(error);
    }
  }

  #welcome(): void {
    if (!this.#handshake) return;
    const { sessionKeys, key } = this.#handshake;
    this.#sealer = new Sealer(this.#deps.crypto, sessionKeys.hubToBoard);
    this.#opener = new Opener(this.#deps.crypto, sessionKeys.boardToHub);
    this.lastHeardAt = this.#deps.clock.now();
    this.#deps.listener.onAuthenticated(this);
    this.sendWelcome();
    if (key.isNext) void this.#confirmKey(key.epoch);
  }

  /** WELCOME; sent again it asks the board for its INFO. */
  sendWelcome(): void {
    this.send({ op: 'welcome', rid: 0, ...this.#deps.welcome(this.boardId) });
  }

  async #confirmKey(epoch: number): Promise<void> {
    try {
      await this.#deps.keys.confirmNextKey(this.boardId, epoch);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #rotate(): Promise<void> {
    try {
      if (!this.#handshake) return;
      const refusal = await rotateKey(this.#deps, this, this.#handshake.key);
      if (refusal) this.#deps.listener.onFailure(this, refusal);
      this.#step(refusal ? 'rotation-refused' : 'rotated');
    } catch (error) {
      // A link that broke off has ended the session already.
      if (this.#state === 'rotating') this.#fail(error);
    }
  }

  #open(): void {
    this.#handshake = undefined;
    this.#wasOpen = true;
    this.#pingAt = this.#deps.clock.now() + firstPingDelayMs(this.#deps.random());
    this.#deps.listener.onOpened(this);
  }

  #ended(): void {
    this.#handshake = undefined;
    this.#sinks = undefined;
    this.#pending?.rejectAll(this.#linkLost());
    this.#deps.listener.onEnded(this, {
      closeCode: this.#closeCode,
      wasAuthenticated: this.isAuthenticated,
      wasOpen: this.#wasOpen,
    });
  }

  #fail(error: unknown): void {
    if (this.#state === 'closed') return;
    this.#deps.listener.onFailure(this, error);
    this.#step('failure');
  }

  #linkLost(): AppError {
    const name = this.#boardId === undefined ? 'a board' : this.#deps.nameOf(this.#boardId);
    return new AppError('board_link_lost', { message: `The link to ${name} broke off.` });
  }
}
