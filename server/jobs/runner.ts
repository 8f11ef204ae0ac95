/**
 * Runs in flight: a queue for each board, boards in parallel. A run is sent when its board is connected and idle; its number is the
 * board's journal number, so that after any break the board itself says whether it was started. What happens to a run is decided
 * in machine.ts; here are the timers, the wire and the database.
 */
import type { BoardId, JobId } from '#lib/api/schema.ts';
import { isAppError } from '#lib/errors.ts';
import type { BoardInfo } from '#lib/protocol/info.ts';
import type { EventBus } from '#server/bus/bus.ts';
import type { Execution, Hub } from '#server/hub/hub.ts';
import type { Clock, HubListener } from '#server/hub/ports.ts';
import type { Log } from '#server/log.ts';
import type { JobRow, RunRow } from '#server/store/jobs.ts';
import type { Store } from '#server/store/store.ts';
import { type JournalSays, nextRun, type RunInput } from './machine.ts';
import { OpenRun } from './open-run.ts';
import { createOutputWriter } from './output.ts';

/** Between an INT and giving up on an answer. */
export const STOP_WITHIN_MS = 10_000;
/** A board that dropped this recently is most likely reconnecting: its runs wait so long for it, whatever their author said. */
export const JUST_LEFT_MS = 3_000;
/** A queued run outlives a short break of its board's link, whatever its author wanted to wait. */
export const RECONNECT_GRACE_MS = 60_000;
/** After a restart of the hub all boards are away for a while. */
export const RESTART_GRACE_MS = 120_000;
const BUSY_RETRY_MS = 1_000;
const STORAGE_RETRY_MS = 5_000;
/** Boards served in one turn of the event loop; ten thousand at once would stall it. */
const BOARDS_A_TURN = 100;

export interface RunnerDeps {
  readonly store: Pick<Store, 'jobs' | 'outputs' | 'commits'>;
  readonly hub: Pick<Hub, 'isIdle' | 'isConnected' | 'execute'>;
  readonly bus: Pick<EventBus, 'publish'>;
  readonly clock: Clock;
  readonly log: Log;
}

interface Queue {
  readonly boardId: BoardId;
  readonly runs: OpenRun[];
  /** Highest number given; told to the board. */
  lastSeq: number;
  /** The program that is on the board now. Its run may have ended for us while the board is still to answer. */
  current: { readonly open: OpenRun | undefined; readonly execution: Execution } | undefined;
  toExecute: OpenRun | undefined;
}

export class Runner implements HubListener {
  readonly #deps: RunnerDeps;
  readonly #queues = new Map<BoardId, Queue>();
  readonly #waiting = new Set<Queue>();
  #turn: NodeJS.Immediate | undefined;
  #isStopped = false;

  constructor(deps: RunnerDeps) {
    this.#deps = deps;
  }

  /** Takes up what an earlier run of the hub left; each waits for its board to say how it stands. */
  async load(): Promise<void> {
    const { runs, jobs, boards } = await this.#deps.store.jobs.listOpen();
    const byId = new Map(jobs.map((job) => [job.id, job]));
    const grace = this.#deps.clock.now() + RESTART_GRACE_MS;
    const known = new Map(boards.map((board) => [board.boardId, board]));
    for (const { boardId, seq } of boards) this.#queueOf(boardId).lastSeq = seq;
    for (const row of runs) {
      const job = byId.get(row.jobId);
      if (!job) continue;
      const open = this.#enqueue(row, job, Math.max(row.queuedAt + job.waitMs, grace));
      open.loseLink(known.get(row.boardId)?.lastSeenAt ?? 0);
    }
    const orphans = [...this.#queues.keys()].filter((boardId) => !known.has(boardId));
    await Promise.all(orphans.map((boardId) => this.removeBoard(boardId)));
  }

  /** Takes runs that are on disk. */
  add(job: JobRow, rows: readonly RunRow[]): void {
    for (const row of rows) {
      if (row.state === 'queued') this.#enqueue(row, job, row.queuedAt + Math.max(job.waitMs, JUST_LEFT_MS));
    }
  }

  queueLength(boardId: BoardId): number {
    return this.#queues.get(boardId)?.runs.length ?? 0;
  }

  find(jobId: JobId, boardId: BoardId): OpenRun | undefined {
    return this.#queues.get(boardId)?.runs.find((open) => open.row.jobId === jobId);
  }

  /** Ends it, at once or by an INT. */
  cancel(open: OpenRun): void {
    this.#apply(open, { type: 'cancel', reachable: this.#isReachable(open) });
  }

  /** Ctrl-C: the program may catch it and go on. False when it is not running on a connected board. */
  interrupt(open: OpenRun): boolean {
    const execution = this.#executionOf(open);
    execution?.interrupt();
    return execution !== undefined;
  }

  /** False when it is not running on a connected board. */
  input(open: OpenRun, bytes: Uint8Array): boolean {
    const execution = this.#executionOf(open);
    execution?.input(bytes);
    return execution !== undefined;
  }

  /** Ends all runs of a board that is being removed; resolves when that is on disk. */
  async removeBoard(boardId: BoardId): Promise<void> {
    const runs = [...(this.#queues.get(boardId)?.runs ?? [])];
    for (const open of runs) this.#apply(open, { type: 'board-removed' });
    await Promise.all(runs.map((open) => open.ended));
    this.#queues.delete(boardId);
  }

  lastJobOf(boardId: BoardId): number {
    return this.#queues.get(boardId)?.lastSeq ?? 0;
  }

  onConnected(boardId: BoardId, info: BoardInfo): void {
    const queue = this.#queueOf(boardId);
    queue.current = undefined;
    for (const open of queue.runs) open.stopTimer('expiry');
    // A hub that lost power may have forgotten that it had sent it.
    const head = queue.runs.find((open) => open.isOnBoard || open.row.seq === info.run);
    if (info.run && info.run !== head?.row.seq) this.#stopStray(queue, info.run);
    else if (head) this.#reconcile(head, info);
    this.#soon(queue);
  }

  onDisconnected(boardId: BoardId, lastHeardAt: number): void {
    const queue = this.#queues.get(boardId);
    if (!queue || this.#isStopped) return;
    queue.current = undefined;
    queue.toExecute = undefined;
    const grace = this.#deps.clock.now() + RECONNECT_GRACE_MS;
    for (const open of queue.runs) {
      open.loseLink(lastHeardAt);
      if (open.isQueued) this.#armExpiry(open, Math.max(open.row.queuedAt + open.job.waitMs, grace));
    }
  }

  /** No run changes any more: what the closing of the sockets looks like must not be written down. */
  stop(): void {
    this.#isStopped = true;
    clearImmediate(this.#turn);
    for (const queue of this.#queues.values()) for (const open of queue.runs) open.stopTimers();
  }

  #queueOf(boardId: BoardId): Queue {
    const found = this.#queues.get(boardId);
    if (found) return found;
    const queue: Queue = { boardId, runs: [], lastSeq: 0, current: undefined, toExecute: undefined };
    this.#queues.set(boardId, queue);
    return queue;
  }

  #enqueue(row: RunRow, job: JobRow, expiresAt: number): OpenRun {
    const queue = this.#queueOf(row.boardId);
    const open = new OpenRun(row, job, createOutputWriter(this.#deps, row, row.outputBytes));
    queue.runs.push(open);
    queue.lastSeq = Math.max(queue.lastSeq, row.seq);
    this.#armTimeLimit(open);
    if (this.#deps.hub.isConnected(row.boardId)) this.#soon(queue);
    else if (open.isQueued) this.#armExpiry(open, expiresAt);
    return open;
  }

  #soon(queue: Queue): void {
    if (this.#isStopped) return;
    this.#waiting.add(queue);
    this.#turn ??= setImmediate(() => this.#serve());
  }

  /** One turn: first what is about to be sent goes to the database, all of it at once, then it goes to the boards. */
  #serve(): void {
    this.#turn = undefined;
    const queues = [...this.#waiting].slice(0, BOARDS_A_TURN);
    for (const queue of queues) {
      this.#waiting.delete(queue);
      this.#choose(queue);
    }
    this.#deps.store.commits.flush();
    for (const queue of queues) this.#execute(queue);
    if (this.#waiting.size > 0) this.#turn ??= setImmediate(() => this.#serve());
  }

  #choose(queue: Queue): void {
    const [head] = queue.runs;
    if (!head || queue.current) return;
    if (head.isQueued && this.#deps.hub.isIdle(queue.boardId)) this.#apply(head, { type: 'send' });
    // Its board was busy with something else when it was to be attached to.
    else if (head.isOnBoard && this.#deps.hub.isConnected(queue.boardId)) queue.toExecute = head;
  }

  #execute(queue: Queue): void {
    const open = queue.toExecute;
    queue.toExecute = undefined;
    if (!open?.isOnBoard || queue.current) return;
    try {
      const execution = this.#deps.hub.execute(queue.boardId, {
        job: open.row.seq,
        source: open.job.code,
        onStarted: () => {
          open.markGap(this.#deps.clock.now(), false);
          this.#apply(open, { type: 'started' });
        },
        onOutput: (bytes) => open.output.take(bytes),
      });
      const current = { open, execution };
      queue.current = current;
      execution.done.then(
        (result) => this.#settle(queue, current, { type: 'done', ...result }),
        (error: unknown) => this.#settle(queue, current, this.#inputOf(queue, open, error)),
      );
    } catch (error) {
      const input = this.#inputOf(queue, open, error);
      if (input) this.#apply(open, input);
    }
  }

  #settle(queue: Queue, current: Queue['current'], input: RunInput | undefined): void {
    if (queue.current === current) queue.current = undefined;
    if (input && current?.open) this.#apply(current.open, input);
    if (input?.type !== 'busy') this.#soon(queue);
  }

  /** What a failure to run means; undefined when the board will tell by its journal. */
  #inputOf(queue: Queue, open: OpenRun, error: unknown): RunInput | undefined {
    const code = isAppError(error) ? error.code : 'internal';
    if (code === 'board_link_lost' || code === 'board_offline') return undefined;
    if (code === 'board_busy') {
      this.#deps.clock.after(BUSY_RETRY_MS, () => this.#soon(queue));
      return { type: 'busy' };
    }
    if (!isAppError(error))
      this.#deps.log.error({ err: error, jobId: open.row.jobId, boardId: queue.boardId }, 'A run failed in the hub');
    return { type: 'refused', reason: isAppError(error) ? error.message : 'Internal error of the hub.' };
  }

  #reconcile(open: OpenRun, info: BoardInfo): void {
    const says = journalSays(info, open.row.seq);
    const wasQueued = open.isQueued;
    this.#apply(open, { type: 'journal', says, status: info.job[2] });
    if (says === 'not-started') open.forgetGap();
    if (wasQueued) open.loseLink(open.row.queuedAt);
  }

  #apply(open: OpenRun, input: RunInput): void {
    if (this.#isStopped) return;
    const { clock } = this.#deps;
    const { state, effects } = nextRun(open.status, input, { now: clock.now(), timeoutMs: open.job.timeoutMs });
    open.status = state;
    for (const effect of effects) {
      if (effect === 'ended') this.#end(open);
      else if (effect === 'interrupt') this.#sendInterrupt(open);
      else if (effect === 'execute') this.#queueOf(open.row.boardId).toExecute = open;
      else if (!effects.includes('ended')) this.#save(open);
    }
    if (effects.includes('execute')) this.#soon(this.#queueOf(open.row.boardId));
    this.#armTimeLimit(open);
  }

  #save(open: OpenRun): void {
    const { store, bus, log } = this.#deps;
    store.commits
      .lazy(() => store.jobs.updateStatus(open.row, open.status))
      .catch((err: unknown) =>
        log.error({ err, jobId: open.row.jobId, boardId: open.row.boardId }, 'The state of a run could not be written'),
      );
    bus.publish(open.row.teamId, 'run.changed', { jobId: open.row.jobId, run: open.view() });
  }

  /** An end is on disk before anybody hears of it, and before the next run of the board is sent. */
  #end(open: OpenRun): void {
    const { clock } = this.#deps;
    open.stopTimers();
    if (open.status.startedAt !== null) open.markGap(clock.now(), true);
    open.output.finish();
    void this.#saveEnd(open, open.output.pendingWrite());
  }

  async #saveEnd(open: OpenRun, writeOutput: () => void): Promise<void> {
    const { store, bus, clock, log } = this.#deps;
    const { jobId, boardId, teamId } = open.row;
    try {
      await store.commits.durable(() => {
        writeOutput();
        store.jobs.updateStatus(open.row, open.status);
      });
    } catch (err) {
      log.error({ err, jobId, boardId }, 'The end of a run could not be written; trying again');
      clock.after(STORAGE_RETRY_MS, () => void this.#saveEnd(open, writeOutput));
      return;
    }
    const queue = this.#queueOf(boardId);
    queue.runs.splice(queue.runs.indexOf(open), 1);
    bus.publish(teamId, 'run.changed', { jobId, run: open.view() });
    open.markEnded();
    this.#soon(queue);
  }

  #sendInterrupt(open: OpenRun): void {
    this.#executionOf(open)?.interrupt();
    if (open.hasTimer('overdue')) return;
    open.setTimer(
      'overdue',
      this.#deps.clock.after(STOP_WITHIN_MS, () => this.#apply(open, { type: 'stop-overdue' })),
    );
  }

  #armTimeLimit(open: OpenRun): void {
    const { startedAt, state } = open.status;
    const { timeoutMs } = open.job;
    if (state !== 'running' || startedAt === null || timeoutMs === null || open.hasTimer('timeout')) return;
    const inMs = Math.max(0, startedAt + timeoutMs - this.#deps.clock.now());
    open.setTimer(
      'timeout',
      this.#deps.clock.after(inMs, () => this.#apply(open, { type: 'timeout', reachable: this.#isReachable(open) })),
    );
  }

  #armExpiry(open: OpenRun, expiresAt: number): void {
    const inMs = Math.max(0, expiresAt - this.#deps.clock.now());
    open.setTimer(
      'expiry',
      this.#deps.clock.after(inMs, () => this.#apply(open, { type: 'expire' })),
    );
  }

  #executionOf(open: OpenRun): Execution | undefined {
    const { current } = this.#queueOf(open.row.boardId);
    return current?.open === open ? current.execution : undefined;
  }

  /** Also true in the moment between a reconnect and the EXEC that attaches: the INT follows it then. */
  #isReachable(open: OpenRun): boolean {
    return this.#executionOf(open) !== undefined || this.#deps.hub.isConnected(open.row.boardId);
  }

  /** A program whose run has ended for us, cancelled while its board was away, still holds the board. */
  #stopStray(queue: Queue, seq: number): void {
    try {
      const execution = this.#deps.hub.execute(queue.boardId, {
        job: seq,
        source: '',
        onStarted: () => execution.interrupt(),
        onOutput: () => {},
      });
      const current = { open: undefined, execution };
      queue.current = current;
      const settle = () => this.#settle(queue, current, undefined);
      execution.done.then(settle, settle);
    } catch (err) {
      this.#deps.log.warn({ err, boardId: queue.boardId }, 'A program that nobody waits for could not be ended');
    }
  }
}

function journalSays(info: BoardInfo, seq: number): JournalSays {
  const [journalSeq, state] = info.job;
  if (info.run === seq) return 'running';
  if (journalSeq < seq || state === 'none') return 'not-started';
  if (journalSeq > seq) return 'lost';
  return state === 'started' ? 'interrupted' : state;
}
