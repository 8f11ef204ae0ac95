'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Board, BoardId, Job, JobId } from '#lib/api/schema.ts';
import { useLive } from '../_live/live-provider.tsx';
import { api } from './api.ts';
import { applyToJob, applyToJobs } from './apply-events.ts';
import { type JobHead, keys } from './keys.ts';
import { toastProblem } from './problem.ts';

const LAST_JOBS = 20;
/** How long a run may wait for a board that is off line. */
export const WAIT_FOR_BOARD_S = 3600;

/** The last jobs of one board, newest first, live. */
export function useJobs(boardId: BoardId) {
  const { log } = useLive();
  return useQuery({
    queryKey: keys.jobs(boardId),
    queryFn: async (): Promise<readonly JobHead[]> => {
      const mark = log.mark();
      const { jobs } = await api.jobs({ board: boardId, limit: LAST_JOBS });
      return applyToJobs(jobs, log.since(mark));
    },
  });
}

/** One job with its code, live. */
export function useJob(id: JobId | undefined) {
  const { log } = useLive();
  return useQuery({
    queryKey: ['job', id],
    enabled: id !== undefined,
    queryFn: async (): Promise<Job | null> => {
      if (!id) return null;
      const mark = log.mark();
      return applyToJob(await api.job(id), log.since(mark));
    },
  });
}

interface RunCode {
  readonly board: Board;
  readonly code: string;
}

/** Runs code on one board; a board that is off line gets it when it comes back. */
export function useRunCode() {
  const queries = useQueryClient();
  const { log } = useLive();
  return useMutation({
    mutationFn: async ({ board, code }: RunCode) => {
      const mark = log.mark();
      const waitS = board.state === 'offline' ? WAIT_FOR_BOARD_S : 0;
      // A fast program has ended before the answer about its start is here.
      return applyToJob(await api.createJob({ boards: board.name, code, waitS }), log.since(mark));
    },
    onSuccess: (job, { board }) => {
      queries.setQueryData(keys.job(job.id), job);
      void queries.invalidateQueries({ queryKey: keys.jobs(board.id) });
    },
    onError: toastProblem,
  });
}

/** Interrupts a program that runs, or takes back one that waits. */
export function useCancelRun() {
  return useMutation({
    mutationFn: ({ jobId, boardId }: { jobId: JobId; boardId: BoardId }) => api.cancelJob(jobId, boardId),
    onError: toastProblem,
  });
}
