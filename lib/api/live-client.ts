/**
 * The browser's and mbm's end of `/api/v1/live`: one socket that reconnects for ever. After a reconnect it asks for the events after
 * the last one it has and watches the same jobs again; the hub answers `resync` when it no longer has them, then the caller fetches
 * its snapshots anew. It holds no state of boards or jobs. Messages: events.ts.
 */

import { ERRORS } from '../errors.ts';
import { LIVE_PATH, type LiveClientMessage, type LiveServerMessage } from './events.ts';
import { parseLiveMessage } from './live-message.ts';
import type { BoardId, JobId } from './schema.ts';

/** `connecting` until the first success; `lost` from a broken link until the next success. */
export type LiveStatus = 'connecting' | 'open' | 'lost';

/** What is used of a WebSocket. */
export interface LiveSocket {
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

export interface LiveTimers {
  /** Runs `task` once after `delayMs`; the answer cancels it. */
  after(delayMs: number, task: () => void): () => void;
  /** In [0, 1). */
  random(): number;
}

export interface LiveOptions {
  /** `http://host:18266` or `ws://…`; the path is added. */
  readonly url: string;
  /** `eventId` of a snapshot: events after it are delivered. Without it: from now on. */
  readonly after?: string | undefined;
  readonly onMessage: (message: LiveServerMessage) => void;
  readonly onStatus: (status: LiveStatus) => void;
  readonly createSocket?: ((url: string) => LiveSocket) | undefined;
  readonly timers?: LiveTimers | undefined;
}

export interface LiveConnection {
  /** From now on, also after a reconnect, the output of that job is delivered. */
  watch(jobId: JobId): void;
  unwatch(jobId: JobId): void;
  /** False when the link is down: nothing was sent. */
  stdin(jobId: JobId, boardId: BoardId, text: string): boolean;
  interrupt(jobId: JobId, boardId: BoardId): boolean;
  close(): void;
}

/** The hub's close code when the session behind the socket has ended. */
const LIVE_CLOSE_SIGNED_OUT = 4401;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 5_000;
/** Characters a stdin message may carry; the contract's limit is 4096. */
const STDIN_CHUNK = 4096;

const realTimers: LiveTimers = {
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

class ReconnectingLive implements LiveConnection {
  readonly #options: LiveOptions;
  readonly #timers: LiveTimers;
  readonly #url: string;
  readonly #watched = new Set<JobId>();
  #socket: LiveSocket | undefined;
  #isOpen = false;
  #status: LiveStatus | undefined;
  #after: string | undefined;
  #attempt = 0;
  #cancelRetry: (() => void) | undefined;
  #closed = false;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#timers = options.timers ?? realTimers;
    this.#url = options.url.replace(/^http/, 'ws').replace(/\/+$/, '') + LIVE_PATH;
    this.#after = options.after;
    this.#report('connecting');
    this.#connect();
  }

  watch(jobId: JobId): void {
    this.#watched.add(jobId);
    this.#send({ type: 'watch', jobId });
  }

  unwatch(jobId: JobId): void {
    if (this.#watched.delete(jobId)) this.#send({ type: 'unwatch', jobId });
  }

  stdin(jobId: JobId, boardId: BoardId, text: string): boolean {
    for (const data of chunks(text, STDIN_CHUNK)) {
      if (!this.#send({ type: 'stdin', jobId, boardId, data })) return false;
    }
    return true;
  }

  interrupt(jobId: JobId, boardId: BoardId): boolean {
    return this.#send({ type: 'interrupt', jobId, boardId });
  }

  close(): void {
    this.#closed = true;
    this.#cancelRetry?.();
    this.#isOpen = false;
    this.#socket?.close();
  }

  #connect(): void {
    const socket: LiveSocket = this.#options.createSocket?.(this.#url) ?? new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener('open', () => this.#onOpen());
    socket.addEventListener('message', (event) => this.#onMessage(event.data));
    // An error is always followed by close; listened to because Node's ws throws an error that nobody hears.
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('close', (event) => this.#onClose(event.code));
  }

  #onOpen(): void {
    if (this.#closed) return;
    this.#isOpen = true;
    this.#send(this.#after === undefined ? { type: 'subscribe' } : { type: 'subscribe', after: this.#after });
    for (const jobId of this.#watched) this.#send({ type: 'watch', jobId });
  }

  #onMessage(data: unknown): void {
    const message = parseLiveMessage(data);
    if (!message || this.#closed) return;
    this.#remember(message);
    if (message.type === 'ready' || message.type === 'resync') {
      this.#attempt = 0;
      this.#report('open');
    }
    this.#options.onMessage(message);
  }

  #remember(message: LiveServerMessage): void {
    if (message.type === 'error') return;
    // `ready` may come before the missed events: taking its id would skip them if the link broke again in between.
    if (message.type === 'ready' && this.#after !== undefined) return;
    this.#after = message.id;
  }

  #onClose(code: number): void {
    this.#isOpen = false;
    if (this.#closed) return;
    if (this.#status === 'open') this.#report('lost');
    if (code === LIVE_CLOSE_SIGNED_OUT) this.#endSignedOut();
    else this.#retry();
  }

  #retry(): void {
    // Full jitter: after a restart of the hub the browsers must not come back in one moment.
    const delayMs = this.#timers.random() * Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempt);
    this.#attempt += 1;
    this.#cancelRetry = this.#timers.after(delayMs, () => this.#connect());
  }

  /** Trying again would be refused for ever: the caller has to sign in and connect anew. */
  #endSignedOut(): void {
    this.#closed = true;
    this.#options.onMessage({ type: 'error', code: 'not_signed_in', message: ERRORS.not_signed_in.message });
  }

  #report(status: LiveStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    this.#options.onStatus(status);
  }

  #send(message: LiveClientMessage): boolean {
    if (!this.#isOpen || !this.#socket) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }
}

/** Connects and stays connected until `close`. */
export function connectLive(options: LiveOptions): LiveConnection {
  return new ReconnectingLive(options);
}

function chunks(text: string, size: number): string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = isHighSurrogate(text.charCodeAt(at + size - 1)) ? at + size - 1 : at + size;
    parts.push(text.slice(at, end));
    at = end;
  }
  return parts;
}

/** A character outside the basic plane must not be cut in two: each half would reach the board as U+FFFD. */
function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
