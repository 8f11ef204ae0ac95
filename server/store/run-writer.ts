/** Writes to runs: a job for ten thousand boards is ten thousand rows in one turn. */
import { and, eq, sql } from 'drizzle-orm';
import type { Db } from './database.ts';
import { runs } from './schema.ts';
import { prepareWrite } from './statements.ts';

export type RunRow = typeof runs.$inferSelect;
export type RunKey = Pick<RunRow, 'teamId' | 'jobId' | 'boardId'>;
export type RunStatusColumns = Pick<
  RunRow,
  'state' | 'stopping' | 'startedAt' | 'endedAt' | 'exit' | 'traceback' | 'reason'
>;
export type RunOutputColumns = Pick<RunRow, 'outputBytes' | 'tailFrom'>;

/** For the writer of a transaction. */
export interface RunWriter {
  insertRun(row: RunRow): void;
  updateStatus(key: RunKey, status: RunStatusColumns): void;
  updateOutput(key: RunKey, output: RunOutputColumns): void;
}

export function createRunWriter(db: Db): RunWriter {
  const given = sql.placeholder;
  const value = (name: keyof RunRow) => sql`${given(name)}`;
  const oneRun = and(
    eq(runs.teamId, given('teamId')),
    eq(runs.jobId, given('jobId')),
    eq(runs.boardId, given('boardId')),
  );

  const insert = prepareWrite(
    db,
    db.insert(runs).values({
      jobId: given('jobId'),
      boardId: given('boardId'),
      teamId: given('teamId'),
      boardName: given('boardName'),
      seq: given('seq'),
      state: given('state'),
      stopping: given('stopping'),
      queuedAt: given('queuedAt'),
      startedAt: given('startedAt'),
      endedAt: given('endedAt'),
      exit: given('exit'),
      traceback: given('traceback'),
      reason: given('reason'),
      outputBytes: given('outputBytes'),
      tailFrom: given('tailFrom'),
    }),
  );
  const updateStatus = prepareWrite(
    db,
    db
      .update(runs)
      .set({
        state: value('state'),
        stopping: value('stopping'),
        startedAt: value('startedAt'),
        endedAt: value('endedAt'),
        exit: value('exit'),
        traceback: value('traceback'),
        reason: value('reason'),
      })
      .where(oneRun),
  );
  const updateOutput = prepareWrite(
    db,
    db
      .update(runs)
      .set({ outputBytes: value('outputBytes'), tailFrom: value('tailFrom') })
      .where(oneRun),
  );

  return {
    insertRun: insert,
    updateStatus: (key, status) => updateStatus({ ...key, ...status }),
    updateOutput: (key, output) => updateOutput({ ...key, ...output }),
  };
}
