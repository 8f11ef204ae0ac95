/** What the hub tells about boards and runs, to be waited for with a deadline. */
import type { WebSocket } from 'ws';
import type { LiveServerMessage } from '#lib/api/events.ts';
import { type BoardId, endedRunStates, type JobId, type Run } from '#lib/api/schema.ts';
import { openLiveSocket } from './hub-links.ts';
import type { HubAddress } from './hub-process.ts';

const DEADLINE_MS = 60_000;

export class LiveFeed {
  readonly #socket: WebSocket;
  /** Ends come before the answer to the request that began the run, and are kept for whoever asks. */
  readonly #ended = new Map<JobId, Run>();
  readonly #listeners = new Set<(message: LiveServerMessage) => void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#receive(JSON.parse(String(data)) as LiveServerMessage));
    socket.send(JSON.stringify({ type: 'subscribe' }));
  }

  static async open(hub: HubAddress): Promise<LiveFeed> {
    return new LiveFeed(await openLiveSocket(hub));
  }

  async runEnded(jobId: JobId): Promise<Run> {
    if (!this.#ended.has(jobId)) await this.#until(`job ${jobId} to end`, () => this.#ended.has(jobId));
    const run = this.#ended.get(jobId);
    this.#ended.delete(jobId);
    if (run === undefined) throw new Error(`Job ${jobId} was waited for twice.`);
    return run;
  }

  /** Told of now, or at the next change. */
  async boardOnline(boardId: BoardId, isOnlineNow: () => Promise<boolean>): Promise<void> {
    const isOnline = (message: LiveServerMessage) =>
      message.type === 'board.changed' && message.data.board.id === boardId && message.data.board.state === 'online';
    const change = this.#until(`board ${boardId} to be on line`, isOnline);
    if (!(await isOnlineNow())) await change;
    else change.catch(() => undefined);
  }

  close(): void {
    this.#socket.terminate();
  }

  #receive(message: LiveServerMessage): void {
    if (message.type === 'run.changed' && endedRunStates.some((state) => state === message.data.run.state)) {
      this.#ended.set(message.data.jobId, message.data.run);
    }
    for (const listener of this.#listeners) listener(message);
  }

  #until(what: string, isIt: (message: LiveServerMessage) => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error(`Waited ${DEADLINE_MS} ms for ${what}.`)), DEADLINE_MS).unref();
    const listener = (message: LiveServerMessage) => isIt(message) && resolve();
    this.#listeners.add(listener);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#listeners.delete(listener);
    });
  }
}
