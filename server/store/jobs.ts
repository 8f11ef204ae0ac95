/** Queries about jobs and their runs. */
import { and, asc, count, desc, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import type { BoardId, JobId, TeamId } from '#lib/api/schema.ts';
import type { Commits } from './commits.ts';
import type { Db } from './database.ts';
import { createRunWriter, type RunRow, type RunWriter } from './run-writer.ts';
import { boards, jobs, runs } from './schema.ts';

export type JobRow = typeof jobs.$inferSelect;
export type { RunRow };
/** A run before its board has given it a number. */
export type NewRun = Pick<RunRow, 'boardId' | 'boardName' | 'state' | 'queuedAt' | 'endedAt' | 'reason'>;
export type JobHead = Omit<JobRow, 'code'> & { readonly codeHead: string };

/** What a start takes up again. */
export interface OpenWork {
  readonly runs: readonly RunRow[];
  readonly jobs: readonly JobRow[];
  /** The highest number that each board was given, and when it was heard last. */
  readonly boards: readonly { readonly boardId: BoardId; readonly seq: number; readonly lastSeenAt: number | null }[];
}

const CODE_HEAD_CHARACTERS = 200;

export interface JobQueries extends Pick<RunWriter, 'updateStatus' | 'updateOutput'> {
  /** On disk when it resolves. Boards that were removed meanwhile get no run. */
  insertJob(job: JobRow, newRuns: readonly NewRun[]): Promise<readonly RunRow[]>;
  /** Every run that has not ended, in the order of its board's queue, and the jobs they belong to; read once, at the start. */
  listOpen(): Promise<OpenWork>;
  findJob(
    teamId: TeamId,
    jobId: JobId,
  ): Promise<{ readonly job: JobRow; readonly runs: readonly RunRow[] } | undefined>;
  findRun(teamId: TeamId, jobId: JobId, boardId: BoardId): Promise<RunRow | undefined>;
  /** Newest first. With a board: the jobs it takes part in. */
  listJobs(
    teamId: TeamId,
    filter: { readonly boardId?: BoardId | undefined; readonly limit: number },
  ): Promise<readonly JobHead[]>;
  /** How many boards take part in each of them. */
  countRuns(teamId: TeamId, jobIds: readonly JobId[]): Promise<ReadonlyMap<JobId, number>>;
  listRuns(teamId: TeamId, jobIds: readonly JobId[], boardId?: BoardId): Promise<readonly RunRow[]>;
}

const FRESH = { stopping: null, startedAt: null, exit: null, traceback: null, outputBytes: 0, tailFrom: 0 };

export function createJobQueries(db: Db, commits: Commits): JobQueries {
  const writer = createRunWriter(db);
  const { code, ...columns } = getTableColumns(jobs);
  const headSelection = { ...columns, codeHead: sql<string>`substr(${code}, 1, ${CODE_HEAD_CHARACTERS})` };

  function insertRuns(job: JobRow, newRuns: readonly NewRun[]): RunRow[] {
    const ids = JSON.stringify(newRuns.map((run) => run.boardId));
    const numbered = db
      .update(boards)
      .set({ lastSeq: sql`${boards.lastSeq} + 1` })
      // The plus keeps SQLite from looking through every board of the team for each of them.
      .where(and(sql`${boards.id} in (select value from json_each(${ids}))`, sql`+${boards.teamId} = ${job.teamId}`))
      .returning({ id: boards.id, seq: boards.lastSeq })
      .all();
    const seqs = new Map(numbered.map((row) => [row.id, row.seq]));
    const rows = newRuns.flatMap((run) => {
      const seq = seqs.get(run.boardId);
      return seq === undefined ? [] : [{ ...FRESH, ...run, jobId: job.id, teamId: job.teamId, seq }];
    });
    for (const row of rows) writer.insertRun(row);
    return rows;
  }

  return {
    insertJob: (job, newRuns) =>
      commits.durable(() => {
        db.insert(jobs).values(job).run();
        return insertRuns(job, newRuns);
      }),
    async listOpen() {
      const open = inArray(runs.state, ['queued', 'sent', 'running']);
      const jobIds = db.selectDistinct({ id: runs.jobId }).from(runs).where(open);
      return {
        runs: db.select().from(runs).where(open).orderBy(asc(runs.boardId), asc(runs.seq)).all(),
        jobs: db.select().from(jobs).where(inArray(jobs.id, jobIds)).all(),
        boards: db
          .select({ boardId: boards.id, seq: boards.lastSeq, lastSeenAt: boards.lastSeenAt })
          .from(boards)
          .all(),
      };
    },
    async findJob(teamId, jobId) {
      const job = db
        .select()
        .from(jobs)
        .where(and(eq(jobs.teamId, teamId), eq(jobs.id, jobId)))
        .get();
      return (
        job && {
          job,
          runs: db
            .select()
            .from(runs)
            .where(and(eq(runs.teamId, teamId), eq(runs.jobId, jobId)))
            .all(),
        }
      );
    },
    findRun: async (teamId, jobId, boardId) => db.select().from(runs).where(oneRun({ teamId, jobId, boardId })).get(),
    async listJobs(teamId, { boardId, limit }) {
      const ofTeam = eq(jobs.teamId, teamId);
      if (boardId === undefined)
        return db.select(headSelection).from(jobs).where(ofTeam).orderBy(desc(jobs.id)).limit(limit).all();
      const ofBoard = db
        .select({ id: runs.jobId })
        .from(runs)
        .where(and(eq(runs.teamId, teamId), eq(runs.boardId, boardId)))
        .orderBy(desc(runs.jobId))
        .limit(limit);
      return db
        .select(headSelection)
        .from(jobs)
        .where(and(ofTeam, inArray(jobs.id, ofBoard)))
        .orderBy(desc(jobs.id))
        .all();
    },
    async countRuns(teamId, jobIds) {
      const rows = db
        .select({ jobId: runs.jobId, count: count() })
        .from(runs)
        .where(and(eq(runs.teamId, teamId), inArray(runs.jobId, [...jobIds])))
        .groupBy(runs.jobId)
        .all();
      return new Map(rows.map((row) => [row.jobId, row.count]));
    },
    async listRuns(teamId, jobIds, boardId) {
      const ofBoard = boardId === undefined ? undefined : eq(runs.boardId, boardId);
      return db
        .select()
        .from(runs)
        .where(and(eq(runs.teamId, teamId), inArray(runs.jobId, [...jobIds]), ofBoard))
        .all();
    },
    updateStatus: writer.updateStatus,
    updateOutput: writer.updateOutput,
  };
}

function oneRun(run: Pick<RunRow, 'teamId' | 'jobId' | 'boardId'>) {
  return and(eq(runs.teamId, run.teamId), eq(runs.jobId, run.jobId), eq(runs.boardId, run.boardId));
}
