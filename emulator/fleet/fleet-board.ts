/** One board of the fleet: dials, proves its key, keeps the session, comes back. What it does with operations: fleet-services.ts. */
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { nodeCrypto } from '#lib/node/crypto.ts';
import { CLOSE_RECONNECT, FRAME, NONCE_BYTES } from '#lib/protocol/frames.ts';
import { answerM2, deriveNextKey, packM1 } from '#lib/protocol/handshake.ts';
import type { BoardOperation, HubOperation } from '#lib/protocol/operations.ts';
import { packOperation, unpackHubOperation } from '#lib/protocol/operations.ts';
import { Opener, Sealer } from '#lib/protocol/records.ts';
import { FleetServices } from './fleet-services.ts';

export interface FleetKey {
  readonly key: Uint8Array;
  readonly epoch: number;
}

export interface FleetBoardPorts {
  readonly hubUrl: string;
  readonly retryMs: (failures: number, windowS: number) => number;
  readonly events: { onOnline(): void; onOffline(): void; onFailure(): void };
}

/** Until a hub has said otherwise. */
const FIRST_WINDOW_S = 1;
const DIAL_TIMEOUT_MS = 15_000;

export class FleetBoard {
  readonly #boardId: Uint8Array;
  readonly #ports: FleetBoardPorts;
  readonly #services: FleetServices;
  /** The newest first; a second one until a handshake has confirmed it. */
  #keys: FleetKey[];
  #socket: WebSocket | undefined;
  /** Below the socket: what is said in one turn goes out in one write, since the fleet must not be slower than the hub. */
  #stream: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sealer: Sealer | undefined;
  #opener: Opener | undefined;
  #m1: Uint8Array | undefined;
  #isOnline = false;
  #isStopped = false;
  #failures = 0;
  #windowS = FIRST_WINDOW_S;
  #heardAt = 0;

  constructor(identity: FleetKey & { readonly boardId: Uint8Array }, ports: FleetBoardPorts) {
    this.#boardId = identity.boardId;
    this.#keys = [{ key: identity.key, epoch: identity.epoch }];
    this.#ports = ports;
    this.#services = new FleetServices(identity.boardId, (operation) => this.#reply(operation));
  }

  start(delayMs: number): void {
    this.#timer = setTimeout(() => this.#dial(), delayMs);
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (socket === undefined || socket.readyState === WebSocket.CLOSED) return Promise.resolve();
    return new Promise((resolve) => {
      socket.once('close', () => resolve());
      socket.terminate();
    });
  }

  dropIfSilentSince(time: number): void {
    if (this.#isOnline && this.#heardAt < time) this.#socket?.terminate();
  }

  #dial(): void {
    const socket = new WebSocket(this.#ports.hubUrl, {
      perMessageDeflate: false,
      handshakeTimeout: DIAL_TIMEOUT_MS,
      // The mask of a real board: zeros cost it nothing, and records are encrypted anyway.
      generateMask: (mask) => mask.fill(0),
    });
    this.#socket = socket;
    socket.on('upgrade', ({ socket: stream }) => {
      this.#stream = stream;
    });
    socket.on('open', () => this.#sendM1());
    socket.on('message', (message: Buffer) => this.#receive(message));
    // The close that follows it says all there is to say.
    socket.on('error', () => undefined);
    socket.on('close', (code) => this.#closed(code));
  }

  #key(): FleetKey | undefined {
    return this.#keys[this.#failures % this.#keys.length];
  }

  #sendM1(): void {
    const epoch = this.#key()?.epoch ?? 0;
    this.#m1 = packM1({ boardId: this.#boardId, epoch, nonce: nodeCrypto.randomBytes(NONCE_BYTES) });
    this.#socket?.send(this.#m1);
  }

  #receive(message: Buffer): void {
    this.#heardAt = performance.now();
    if (message[0] === FRAME.m2) this.#answerM2(message);
    else {
      const plaintext = this.#opener?.open(message);
      const operation = plaintext && unpackHubOperation(plaintext);
      if (operation === undefined) this.#socket?.close();
      else this.#serve(operation);
    }
  }

  #answerM2(m2: Uint8Array): void {
    const key = this.#key();
    const answer = key && this.#m1 && answerM2(nodeCrypto, key.key, this.#m1, m2);
    this.#m1 = undefined;
    if (key === undefined || answer === undefined) {
      this.#socket?.close();
      return;
    }
    this.#sealer = new Sealer(nodeCrypto, answer.keys.boardToHub);
    this.#opener = new Opener(nodeCrypto, answer.keys.hubToBoard);
    this.#socket?.send(answer.m3);
  }

  #serve(operation: HubOperation): void {
    if (operation.op === 'welcome') {
      this.#welcomed(operation.retryS);
    } else if (operation.op === 'key') {
      const [current] = this.#keys;
      if (current === undefined) return;
      const next = { key: deriveNextKey(nodeCrypto, current.key, operation.random), epoch: operation.epoch };
      this.#keys = [next, current];
      this.#reply({ op: 'ok', rid: operation.rid, bytes: new Uint8Array(0) });
    } else if (operation.op === 'bye') {
      this.#windowS = operation.windowS;
      this.#socket?.close();
    } else this.#services.serve(operation);
  }

  /** The hub's first record proves that it has taken our proof. */
  #welcomed(retryS: number): void {
    const key = this.#key();
    if (key !== undefined) this.#keys = [key];
    this.#windowS = retryS;
    this.#failures = 0;
    this.#isOnline = true;
    this.#services.introduce();
    this.#ports.events.onOnline();
  }

  #closed(code: number): void {
    const wasOnline = this.#isOnline;
    this.#isOnline = false;
    this.#sealer = undefined;
    this.#opener = undefined;
    this.#services.linkLost();
    if (wasOnline) this.#ports.events.onOffline();
    else {
      this.#failures += 1;
      this.#ports.events.onFailure();
    }
    if (this.#isStopped) return;
    const atOnce = wasOnline && code === CLOSE_RECONNECT;
    this.start(atOnce ? 0 : this.#ports.retryMs(this.#failures, this.#windowS));
  }

  #reply(operation: BoardOperation): void {
    if (this.#sealer === undefined) return;
    const stream = this.#stream;
    if (stream?.writableCorked === 0) {
      stream.cork();
      process.nextTick(() => stream.uncork());
    }
    this.#socket?.send(this.#sealer.seal(packOperation(operation)));
  }
}
