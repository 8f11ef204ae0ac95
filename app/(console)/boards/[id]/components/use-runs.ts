'use client';
import { useCallback } from 'react';
import { type Board, type JobId, jobIdSchema, type Run } from '#lib/api/schema.ts';
import { useCancelRun, useJobs, useRunCode } from '../../../../_data/jobs.ts';
import type { JobHead } from '../../../../_data/keys.ts';
import { useSearchParamsState } from '../../../../_ui/use-search-params-state.ts';
import { hasEnded } from '../run-words.ts';

/** One job as seen from one board. */
export interface BoardRun {
  readonly jobId: JobId;
  readonly codeHead: string;
  readonly run: Run;
}

export interface Runs {
  /** Newest first; undefined while they are fetched. */
  readonly list: readonly BoardRun[] | undefined;
  readonly error: unknown;
  /** The run whose output is shown: the one in the address, else the newest. */
  readonly selected: JobId | undefined;
  readonly select: (jobId: JobId) => void;
  /** The newest run that has not ended. */
  readonly active: BoardRun | undefined;
  readonly start: (code: string) => void;
  readonly isStarting: boolean;
  readonly cancel: (jobId: JobId) => void;
}

function runsOf(jobs: readonly JobHead[] | undefined, boardId: string): readonly BoardRun[] | undefined {
  return jobs?.flatMap((job) => {
    const run = job.runs.find((each) => each.boardId === boardId);
    return run ? [{ jobId: job.id, codeHead: job.codeHead, run }] : [];
  });
}

/** The runs of a board, which of them is looked at, and what can be done with them. */
export function useRuns(board: Board): Runs {
  const [params, change] = useSearchParamsState();
  const jobs = useJobs(board.id);
  const runCode = useRunCode();
  const cancelRun = useCancelRun();
  const list = runsOf(jobs.data, board.id);
  const wanted = jobIdSchema.safeParse(params.get('run'));
  const select = useCallback((jobId: JobId) => change({ run: jobId }), [change]);
  return {
    list,
    error: jobs.data ? undefined : jobs.error,
    selected: wanted.success ? wanted.data : list?.[0]?.jobId,
    select,
    active: list?.find(({ run }) => !hasEnded(run)),
    start: (code) => runCode.mutate({ board, code }, { onSuccess: (job) => select(job.id) }),
    isStarting: runCode.isPending,
    cancel: (jobId) => cancelRun.mutate({ jobId, boardId: board.id }),
  };
}
