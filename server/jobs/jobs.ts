/**
 * Jobs: code for many boards at once. Accepted means on disk; from then on each run reaches an end, whatever happens to the hub
 * or the board. Expected ends (the board is off line, the program failed) are states of a run, not errors.
 * Read machine.ts next (how a run ends), then runner.ts (queues and the wire), then output.ts.
 */
import type { z } from 'zod';
import {
  type Board,
  type BoardId,
  type Job,
  type JobId,
  type jobCreateSchema,
  type jobListQuerySchema,
  type jobListSchema,
  MAX_CODE_BYTES,
  type outputSchema,
} from '#lib/api/schema.ts';
import { AppError } from '#lib/errors.ts';
import { expandSelection } from '#lib/ranges.ts';
import type { Hub } from '#server/hub/hub.ts';
import type { HubListener } from '#server/hub/ports.ts';
import { newJobId } from '#server/store/ids.ts';
import type { JobHead, JobRow, NewRun, RunRow } from '#server/store/jobs.ts';
import type { AuthorizedTeamId } from '#server/store/team-scope.ts';
import { type OpenRun, viewOfRun } from './open-run.ts';
import { readOutput } from './output.ts';
import { JUST_LEFT_MS, Runner, type RunnerDeps } from './runner.ts';

/** Runs that may wait for one board. */
export const MAX_QUEUED_RUNS = 100;
/** Runs in one list of jobs; a job for every board of a large team has ten thousand of them. */
export const MAX_LISTED_RUNS = 10_000;
const MAX_NAMED = 5;

type JobCreated = z.output<typeof jobCreateSchema>;

export interface JobsDeps extends RunnerDeps {
  readonly hub: RunnerDeps['hub'] & Pick<Hub, 'listBoards' | 'findBoardByName'>;
}

export class Jobs {
  readonly #deps: JobsDeps;
  readonly #runner: Runner;

  private constructor(deps: JobsDeps) {
    this.#deps = deps;
    this.#runner = new Runner(deps);
  }

  /** With the runs that an earlier start of the hub has left open. */
  static async open(deps: JobsDeps): Promise<Jobs> {
    const jobs = new Jobs(deps);
    await jobs.#runner.load();
    return jobs;
  }

  /** To be told of boards that come and go. */
  get listener(): HubListener {
    return this.#runner;
  }

  /** On disk when it resolves. Throws code_too_large, selection_…, board_not_found, job_queue_full. */
  async create(teamId: AuthorizedTeamId, input: JobCreated, createdBy: string): Promise<Job> {
    if (Buffer.byteLength(input.code) > MAX_CODE_BYTES) throw new AppError('code_too_large', { field: 'code' });
    const { boards, unknown } = this.#select(teamId, input.boards);
    this.#refuseFullQueues(boards);
    const now = this.#deps.clock.now();
    const timeoutMs = input.timeoutS === undefined ? null : Math.ceil(input.timeoutS * 1000);
    const job: JobRow = {
      id: newJobId(now),
      teamId,
      kind: 'execute',
      code: input.code,
      createdAt: now,
      createdBy,
      timeoutMs,
      waitMs: Math.ceil(input.waitS * 1000),
      unknown,
    };
    const rows = await this.#deps.store.jobs.insertJob(
      job,
      boards.map((board) => newRun(board, job)),
    );
    this.#deps.bus.publish(teamId, 'job.created', { jobId: job.id, boardIds: rows.map((row) => row.boardId) });
    this.#runner.add(job, rows);
    return viewOfJob(job, rows);
  }

  async list(
    teamId: AuthorizedTeamId,
    query: z.output<typeof jobListQuerySchema>,
  ): Promise<z.infer<typeof jobListSchema>['jobs']> {
    const { store } = this.#deps;
    store.commits.flush();
    const found = await store.jobs.listJobs(teamId, { boardId: query.board, limit: query.limit });
    const heads = query.board === undefined ? await this.#withinListedRuns(teamId, found) : found;
    const runs = await store.jobs.listRuns(
      teamId,
      heads.map((head) => head.id),
      query.board,
    );
    const byJob = Map.groupBy(runs, (run) => run.jobId);
    return heads.map(({ codeHead, ...head }) => {
      const { code: _code, ...view } = viewOfJob({ ...head, code: '' }, byJob.get(head.id) ?? []);
      return { ...view, codeHead };
    });
  }

  /** Throws job_not_found. */
  async get(teamId: AuthorizedTeamId, jobId: JobId): Promise<Job> {
    this.#deps.store.commits.flush();
    const found = await this.#deps.store.jobs.findJob(teamId, jobId);
    if (!found) throw new AppError('job_not_found');
    return viewOfJob(found.job, found.runs);
  }

  /** Runs that wait are cancelled when it resolves; programs that run are interrupted and end soon. Throws job_not_found, job_ended. */
  async cancel(teamId: AuthorizedTeamId, jobId: JobId, boardId?: BoardId): Promise<Job> {
    const job = await this.get(teamId, jobId);
    const chosen = job.runs.filter((run) => boardId === undefined || run.boardId === boardId);
    if (boardId !== undefined && chosen.length === 0)
      throw new AppError('job_not_found', { message: 'That board has no part in this job.' });
    const open = chosen.flatMap((run) => this.#runner.find(jobId, run.boardId) ?? []);
    if (open.length === 0) throw new AppError('job_ended');
    for (const run of open) this.#runner.cancel(run);
    await Promise.all(open.filter((run) => run.status.endedAt !== null).map((run) => run.ended));
    return this.get(teamId, jobId);
  }

  /** Ctrl-C for the program; a run that has not been sent is cancelled. Throws job_not_found, job_ended. */
  async interrupt(teamId: AuthorizedTeamId, jobId: JobId, boardId: BoardId): Promise<void> {
    const open = await this.#getOpen(teamId, jobId, boardId);
    if (!this.#runner.interrupt(open)) this.#runner.cancel(open);
  }

  /** Throws job_not_found, job_ended, board_busy or board_offline when there is no program to read it. */
  async stdin(teamId: AuthorizedTeamId, jobId: JobId, boardId: BoardId, data: string): Promise<void> {
    const open = await this.#getOpen(teamId, jobId, boardId);
    if (this.#runner.input(open, Buffer.from(data))) return;
    if (this.#deps.hub.isConnected(boardId))
      throw new AppError('board_busy', { message: `The program has not started on "${open.row.boardName}" yet.` });
    throw new AppError('board_offline', { message: `"${open.row.boardName}" is off line.` });
  }

  /** Throws job_not_found. */
  async output(
    teamId: AuthorizedTeamId,
    jobId: JobId,
    boardId: BoardId,
    from: number,
  ): Promise<z.infer<typeof outputSchema>> {
    const { store } = this.#deps;
    store.commits.flush();
    const row = await this.#getRun(teamId, jobId, boardId);
    const text = await readOutput(store.outputs, row, from, { tailFrom: row.tailFrom, ended: row.endedAt !== null });
    return { ...text, run: viewOfRun(row) };
  }

  /** Ends the runs of a board that is being removed. */
  removeBoard(boardId: BoardId): Promise<void> {
    return this.#runner.removeBoard(boardId);
  }

  stop(): void {
    this.#runner.stop();
  }

  /** The newest of them that have no more runs between them than one answer may carry; the newest in any case. */
  async #withinListedRuns(teamId: AuthorizedTeamId, heads: readonly JobHead[]): Promise<readonly JobHead[]> {
    const ids = heads.map((head) => head.id);
    const counts = await this.#deps.store.jobs.countRuns(teamId, ids);
    let runs = 0;
    return heads.filter(({ id }, at) => {
      runs += counts.get(id) ?? 0;
      return at === 0 || runs <= MAX_LISTED_RUNS;
    });
  }

  async #getRun(teamId: AuthorizedTeamId, jobId: JobId, boardId: BoardId): Promise<RunRow> {
    const row = await this.#deps.store.jobs.findRun(teamId, jobId, boardId);
    if (!row) throw new AppError('job_not_found');
    return row;
  }

  async #getOpen(teamId: AuthorizedTeamId, jobId: JobId, boardId: BoardId): Promise<OpenRun> {
    const open = this.#runner.find(jobId, boardId);
    // A key that a person presses costs no query: an open run knows whose it is.
    if (open?.row.teamId === teamId) return open;
    await this.#getRun(teamId, jobId, boardId);
    throw new AppError('job_ended');
  }

  #select(
    teamId: AuthorizedTeamId,
    selection: string,
  ): { readonly boards: readonly Board[]; readonly unknown: readonly string[] } {
    const { hub } = this.#deps;
    const names = expandSelection(selection, () => hub.listBoards(teamId).map((board) => board.name));
    const found = names.map((name) => ({ name, board: hub.findBoardByName(teamId, name) }));
    const unknown = found.flatMap(({ name, board }) => (board ? [] : [name]));
    const boards = found.flatMap(({ board }) => board ?? []);
    if (names.length === 0) throw new AppError('selection_empty', { field: 'boards' });
    if (boards.length === 0)
      throw new AppError('board_not_found', {
        message: `Your team has no board called ${listed(unknown)}.`,
        field: 'boards',
      });
    return { boards, unknown };
  }

  #refuseFullQueues(boards: readonly Board[]): void {
    const full = boards
      .filter((board) => this.#runner.queueLength(board.id) >= MAX_QUEUED_RUNS)
      .map((board) => board.name);
    if (full.length > 0)
      throw new AppError('job_queue_full', {
        message: `${MAX_QUEUED_RUNS} jobs wait for ${listed(full)} already; nothing was started.`,
      });
  }
}

function newRun(board: Board, { createdAt, waitMs }: JobRow): NewRun {
  const leftMs = createdAt - Date.parse(board.stateSince);
  const isAway = board.state === 'offline' && waitMs === 0 && (board.lastSeenAt === null || leftMs > JUST_LEFT_MS);
  const base = { boardId: board.id, boardName: board.name, queuedAt: createdAt };
  if (isAway) return { ...base, state: 'expired', endedAt: createdAt, reason: 'The board is off line.' };
  return { ...base, state: 'queued', endedAt: null, reason: null };
}

function viewOfJob({ id, kind, code, createdAt, createdBy, unknown }: JobRow, rows: readonly RunRow[]): Job {
  return {
    id,
    kind,
    code,
    createdAt: new Date(createdAt).toISOString(),
    createdBy,
    runs: rows.map(viewOfRun),
    unknown: [...unknown],
  };
}

function listed(names: readonly string[]): string {
  const shown = names
    .slice(0, MAX_NAMED)
    .map((name) => `"${name}"`)
    .join(', ');
  return names.length > MAX_NAMED ? `${shown} and ${names.length - MAX_NAMED} more` : shown;
}
