/** A run that has not ended, with what the runner keeps beside its row: status, output, timers. */
import type { Run } from '#lib/api/schema.ts';
import type { JobRow, RunRow } from '#server/store/jobs.ts';
import type { RunStatus } from './machine.ts';
import type { OutputWriter } from './output.ts';
import { outputGap } from './output-gap.ts';

export type TimerName = 'expiry' | 'timeout' | 'overdue';

export class OpenRun {
  readonly row: RunRow;
  readonly job: JobRow;
  readonly output: OutputWriter;
  status: RunStatus;
  /** Resolves when its end is on disk. */
  readonly ended: Promise<void>;
  readonly markEnded: () => void;
  readonly #timers = new Map<TimerName, () => void>();
  #unheardSince: number | undefined;

  constructor(row: RunRow, job: JobRow, output: OutputWriter) {
    const { state, stopping, startedAt, endedAt, exit, traceback, reason } = row;
    this.row = row;
    this.job = job;
    this.output = output;
    this.status = { state, stopping, startedAt, endedAt, exit, traceback, reason };
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.markEnded = resolve;
  }

  get isQueued(): boolean {
    return this.status.state === 'queued';
  }

  /** On its way to the board, or running there. */
  get isOnBoard(): boolean {
    return this.status.state === 'sent' || this.status.state === 'running';
  }

  /** Its board cannot be heard any more: what the program writes from now on is lost. */
  loseLink(lastHeardAt: number): void {
    if (this.isOnBoard) this.#unheardSince ??= Math.max(lastHeardAt, this.status.startedAt ?? this.row.queuedAt);
  }

  /** Nothing was lost: it had not started. */
  forgetGap(): void {
    this.#unheardSince = undefined;
  }

  /** Says in the output what is missing there: up to now, or up to its end. */
  markGap(nowMs: number, hasEnded: boolean): void {
    if (this.#unheardSince === undefined) return;
    const gap = outputGap(this.#unheardSince, hasEnded ? undefined : nowMs, nowMs);
    this.#unheardSince = undefined;
    this.output.take(Buffer.from(this.output.totalBytes > 0 ? gap : gap.trimStart()));
  }

  hasTimer(name: TimerName): boolean {
    return this.#timers.has(name);
  }

  /** Replaces the timer of that name; `cancel` is what the clock answered. */
  setTimer(name: TimerName, cancel: () => void): void {
    this.stopTimer(name);
    this.#timers.set(name, cancel);
  }

  stopTimer(name: TimerName): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }

  stopTimers(): void {
    for (const name of [...this.#timers.keys()]) this.stopTimer(name);
  }

  view(): Run {
    return viewOfRun({ ...this.row, ...this.status, outputBytes: this.output.totalBytes });
  }
}

const instant = (time: number | null) => (time === null ? null : new Date(time).toISOString());

export function viewOfRun(row: RunRow): Run {
  const { boardId, boardName, state, exit, traceback, reason, outputBytes } = row;
  const times = {
    queuedAt: new Date(row.queuedAt).toISOString(),
    startedAt: instant(row.startedAt),
    endedAt: instant(row.endedAt),
  };
  return { boardId, boardName, state, ...times, exit, traceback, reason, outputBytes };
}
