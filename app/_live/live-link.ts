import type { QueryClient } from '@tanstack/react-query';
import type { LiveServerMessage } from '#lib/api/events.ts';
import { connectLive, type LiveConnection, type LiveStatus } from '#lib/api/live-client.ts';
import type { JobId } from '#lib/api/schema.ts';
import type { LiveEvent } from '../_data/apply-events.ts';
import { keys } from '../_data/keys.ts';
import { hubNow } from '../_ui/clock.ts';
import { EventLog } from './event-log.ts';
import { applyToCache, refetchAll, refetchBefore } from './live-cache.ts';

/** Events that come together are applied together: one redraw for a thousand boards that come on line at once. */
const BATCH_MS = 50;

export interface LiveState {
  readonly status: LiveStatus;
  /** ISO 8601; since when it has been so. */
  readonly since: string;
}

type OutputEvent = Extract<LiveServerMessage, { type: 'run.output' }>['data'];
type OutputListener = (event: OutputEvent | 'reconnected') => void;

export class LiveLink {
  readonly log = new EventLog<LiveEvent>();
  readonly #queries: QueryClient;
  readonly #stateListeners = new Set<() => void>();
  readonly #outputListeners = new Map<JobId, Set<OutputListener>>();
  #connection: LiveConnection | undefined;
  #readyBefore = false;
  #state: LiveState = { status: 'connecting', since: new Date().toISOString() };
  #batch: LiveEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  /** Connects and stays connected until the answer is called. */
  open(): () => void {
    this.#readyBefore = false;
    this.#connection = connectLive({
      url: window.location.origin,
      onMessage: (message) => this.#receive(message),
      onStatus: (status) => this.#setStatus(status),
    });
    for (const jobId of this.#outputListeners.keys()) this.#connection.watch(jobId);
    return () => {
      this.#connection?.close();
      this.#connection = undefined;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  readonly state = (): LiveState => this.#state;

  readonly onState = (listener: () => void): (() => void) => {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  };

  /** Output of one job from now on; what came before is fetched by the caller. */
  followOutput(jobId: JobId, listener: OutputListener): () => void {
    const listeners = this.#outputListeners.get(jobId) ?? new Set();
    if (listeners.size === 0) this.#connection?.watch(jobId);
    this.#outputListeners.set(jobId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      this.#outputListeners.delete(jobId);
      this.#connection?.unwatch(jobId);
    };
  }

  #receive(message: LiveServerMessage): void {
    switch (message.type) {
      case 'ready':
        this.#becomeReady(message.id);
        break;
      case 'resync':
        refetchAll(this.#queries);
        break;
      case 'error':
        console.warn(`The hub refused a live message: ${message.message}`);
        break;
      case 'run.output':
        this.#tellOutput(message.data.jobId, message.data);
        break;
      default:
        this.#enqueue(message);
    }
  }

  #becomeReady(eventId: string): void {
    // After a reconnect the hub sends what was missed; before the first connection nothing was heard at all.
    if (!this.#readyBefore) refetchBefore(this.#queries, eventId);
    this.#readyBefore = true;
    for (const jobId of this.#outputListeners.keys()) this.#tellOutput(jobId, 'reconnected');
  }

  #tellOutput(jobId: JobId, event: OutputEvent | 'reconnected'): void {
    for (const listener of this.#outputListeners.get(jobId) ?? []) listener(event);
  }

  #enqueue(event: LiveEvent): void {
    this.#batch.push(event);
    this.#timer ??= setTimeout(() => this.#flush(), BATCH_MS);
  }

  #flush(): void {
    const events = this.#batch;
    this.#batch = [];
    this.#timer = undefined;
    this.log.note(events);
    applyToCache(this.#queries, events);
  }

  #setStatus(status: LiveStatus): void {
    if (status === this.#state.status) return;
    this.#state = { status, since: new Date(hubNow()).toISOString() };
    for (const listener of this.#stateListeners) listener();
    // The socket cannot say why it was refused; a request can: an ended session leads to the sign-in page.
    if (status === 'lost') void this.#queries.refetchQueries({ queryKey: keys.me });
  }
}
