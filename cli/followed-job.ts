/**
 * One job as it goes on: the state of each run, and the output of one board at a time as it comes. Events tell what is new, the API
 * gives what they cannot: output from before the watch, what a broken link or a slow reader missed. Nothing is printed here.
 */
import { isApiError, localApiError } from '#lib/api/api-error.ts';
import type { EventMap, LiveServerMessage } from '#lib/api/events.ts';
import type { LiveConnection, LiveStatus } from '#lib/api/live-client.ts';
import { type BoardId, endedRunStates, type Job, type JobCreate, type JobId, type Run } from '#lib/api/schema.ts';
import type { HubConnection } from './hub-connection.ts';

export interface FollowOptions {
  /** A hub that is away for so long is given up; the job goes on without us. */
  readonly giveUpAfterMs?: number;
  readonly connectWithinMs?: number;
  readonly onLinkLost: () => void;
}

const GIVE_UP_AFTER_MS = 60_000;
const CONNECT_WITHIN_MS = 10_000;
/** A call failed while the socket is open: nothing will tell when it is worth trying again. */
const TRY_AGAIN_AFTER_MS = 500;
/** Events kept for a reader that is slower than the board; beyond it the API is asked once it has caught up. */
const MAX_WAITING_EVENTS = 256;

type OutputEvent = EventMap['run.output'];

export function hasEnded(run: Run): boolean {
  return endedRunStates.some((state) => state === run.state);
}

export class FollowedJob {
  readonly job: Job;
  readonly #hub: HubConnection;
  readonly #link: Link;
  readonly #runs = new Map<BoardId, Run>();
  #board: BoardId | undefined;
  #events: OutputEvent[] = [];
  #mustFetch = false;

  private constructor(hub: HubConnection, link: Link, job: Job) {
    this.#hub = hub;
    this.#link = link;
    this.job = job;
    for (const run of job.runs) this.#setRun(run);
    for (const { jobId, run } of link.earlyRuns) if (jobId === job.id) this.#setRun(run);
    link.onMessage = (message) => this.#onMessage(message);
    link.onReopened = () => void this.#catchUp();
    link.live.watch(job.id);
  }

  /** Listens first and creates the job then, so that no event of it is missed. */
  static async create(hub: HubConnection, input: JobCreate, options: FollowOptions): Promise<FollowedJob> {
    const link = new Link(hub, options);
    try {
      // The socket cannot say why it was refused; the API can.
      await Promise.all([link.opened, hub.client.me()]);
      return new FollowedJob(hub, link, await hub.client.createJob(input));
    } catch (error) {
      link.close();
      throw error;
    }
  }

  /** Hands on the output of one board from its first byte, until its run has ended; answers how. */
  async stream(boardId: BoardId, onText: (text: string) => void | Promise<void>): Promise<Run> {
    this.#board = boardId;
    this.#events = [];
    this.#mustFetch = true;
    let next = 0;
    let fetchedAfterEnd = false;
    for (;;) {
      if (this.#mustFetch) next = await this.#fetch(boardId, next, onText);
      next = await this.#takeEvents(next, onText);
      this.#link.throwIfGivenUp();
      if (this.#events.length > 0) continue;
      const run = this.#getRun(boardId);
      if (hasEnded(run) && !this.#mustFetch) {
        if (next >= run.outputBytes || fetchedAfterEnd) return run;
        fetchedAfterEnd = true;
        this.#mustFetch = true;
      } else if (!this.#mustFetch || !this.#link.isOpen) {
        await this.#link.nextChange();
      }
    }
  }

  close(): void {
    this.#link.close();
  }

  async #fetch(boardId: BoardId, from: number, onText: (text: string) => void | Promise<void>): Promise<number> {
    this.#mustFetch = false;
    try {
      const output = await this.#hub.client.output(this.job.id, boardId, from);
      this.#link.found();
      this.#setRun(output.run);
      if (output.text !== '') await onText(output.text);
      return output.next;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      this.#mustFetch = true;
      this.#link.lost();
      return from;
    }
  }

  async #takeEvents(from: number, onText: (text: string) => void | Promise<void>): Promise<number> {
    let next = from;
    for (const event of this.#events.splice(0)) {
      if (event.from + event.bytes <= next) continue;
      if (event.from !== next) {
        this.#mustFetch = true;
        break;
      }
      next += event.bytes;
      await onText(event.text);
    }
    return next;
  }

  #onMessage(message: LiveServerMessage): void {
    if (message.type === 'run.changed' && message.data.jobId === this.job.id) this.#setRun(message.data.run);
    if (message.type === 'run.output' && message.data.jobId === this.job.id) this.#keep(message.data);
    if (message.type === 'resync') void this.#catchUp();
  }

  #keep(event: OutputEvent): void {
    if (event.boardId !== this.#board) return;
    if (this.#events.push(event) <= MAX_WAITING_EVENTS) return;
    this.#events = [];
    this.#mustFetch = true;
  }

  async #catchUp(): Promise<void> {
    try {
      const job = await this.#hub.client.job(this.job.id);
      for (const run of job.runs) this.#setRun(run);
      this.#mustFetch = true;
      this.#link.wake();
    } catch (error) {
      if (!isUnreachable(error)) this.#link.giveUp(error);
    }
  }

  /** Answers and events come by different ways: an older answer must not bring an ended run to life. */
  #setRun(run: Run): void {
    const known = this.#runs.get(run.boardId);
    if (!known || !hasEnded(known)) this.#runs.set(run.boardId, run);
  }

  #getRun(boardId: BoardId): Run {
    const run = this.#runs.get(boardId);
    if (!run) throw new Error(`The job ${this.job.id} has no run on the board ${boardId}.`);
    return run;
  }
}

/** The live socket with what following needs: when it is open, when something came, when to give up. */
class Link {
  readonly live: LiveConnection;
  readonly opened: Promise<void>;
  readonly earlyRuns: { readonly jobId: JobId; readonly run: Run }[] = [];
  onMessage: (message: LiveServerMessage) => void = (message) => {
    if (message.type === 'run.changed') this.earlyRuns.push(message.data);
  };
  onReopened: () => void = () => undefined;
  isOpen = false;
  readonly #hub: HubConnection;
  readonly #options: FollowOptions;
  readonly #opening = Promise.withResolvers<void>();
  #change = Promise.withResolvers<void>();
  #failure: unknown;
  #isSocketOpen = false;
  #giveUpTimer: NodeJS.Timeout | undefined;

  constructor(hub: HubConnection, options: FollowOptions) {
    this.#hub = hub;
    this.#options = options;
    this.opened = this.#opening.promise;
    // Rejected although nobody waits any more when the API has refused first.
    this.opened.catch(() => undefined);
    const withinMs = options.connectWithinMs ?? CONNECT_WITHIN_MS;
    this.#giveUpAfter(withinMs, `The hub at ${hub.url} did not open its live socket within ${withinMs / 1000} s.`);
    this.live = hub.connectLive({
      onStatus: (status) => this.#onStatus(status),
      onMessage: (message) => {
        this.onMessage(message);
        this.wake();
      },
    });
  }

  nextChange(): Promise<void> {
    return this.#change.promise;
  }

  wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }

  giveUp(error: unknown): void {
    this.#failure = error;
    this.#opening.reject(error);
    this.wake();
  }

  throwIfGivenUp(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** An answer came: a call that failed before has been a passing trouble, which the socket did not even notice. */
  found(): void {
    if (this.isOpen || !this.#isSocketOpen) return;
    clearTimeout(this.#giveUpTimer);
    this.isOpen = true;
  }

  /** Also told by a call of the API that failed, which may come before the socket notices. */
  lost(): void {
    if (this.#isSocketOpen) setTimeout(() => this.wake(), TRY_AGAIN_AFTER_MS).unref();
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#options.onLinkLost();
    const afterMs = this.#options.giveUpAfterMs ?? GIVE_UP_AFTER_MS;
    this.#giveUpAfter(
      afterMs,
      `The hub at ${this.#hub.url} has been away for ${afterMs / 1000} s. What it had accepted reaches its end without mbm.`,
    );
  }

  close(): void {
    clearTimeout(this.#giveUpTimer);
    this.live.close();
  }

  #onStatus(status: LiveStatus): void {
    this.#isSocketOpen = status === 'open';
    if (status === 'lost') this.lost();
    if (status !== 'open') return;
    clearTimeout(this.#giveUpTimer);
    this.isOpen = true;
    this.#opening.resolve();
    this.onReopened();
    this.wake();
  }

  #giveUpAfter(delayMs: number, message: string): void {
    clearTimeout(this.#giveUpTimer);
    this.#giveUpTimer = setTimeout(() => this.giveUp(localApiError('hub_unreachable', message, 0)), delayMs);
  }
}

function isUnreachable(error: unknown): boolean {
  return isApiError(error) && (error.code === 'hub_unreachable' || error.code === 'hub_stopping');
}
