/** Live events and the query cache: which key holds what, and what to do with it after a batch or a gap. */
import type { QueryClient } from '@tanstack/react-query';
import type { Job } from '#lib/api/schema.ts';
import {
  applyToBoard,
  applyToBoards,
  applyToJob,
  applyToJobs,
  type BoardList,
  type BoardSnapshot,
  hasNewJob,
  type LiveEvent,
} from '../_data/apply-events.ts';
import type { JobHead } from '../_data/keys.ts';
import { keys } from '../_data/keys.ts';

export function applyToCache(queries: QueryClient, events: readonly LiveEvent[]): void {
  queries.setQueryData<BoardList>(keys.boards, (list) => list && applyToBoards(list, events));
  for (const [key, board] of queries.getQueriesData<BoardSnapshot>({ queryKey: keys.anyBoard })) {
    if (board !== undefined) queries.setQueryData(key, applyToBoard(board, String(key[1]), events));
  }
  for (const [key] of queries.getQueriesData<Job>({ queryKey: keys.anyJob })) {
    queries.setQueryData<Job>(key, (job) => job && applyToJob(job, events));
  }
  for (const [key] of queries.getQueriesData<readonly JobHead[]>({ queryKey: keys.anyJobs })) {
    queries.setQueryData<readonly JobHead[]>(key, (jobs) => jobs && applyToJobs(jobs, events));
    if (hasNewJob(String(key[1]), events)) void queries.invalidateQueries({ queryKey: key });
  }
}

/** After a gap that the hub cannot fill: everything on the screen is fetched anew. */
export function refetchAll(queries: QueryClient): void {
  void queries.invalidateQueries();
}

/** What was fetched before the first event could be heard may have missed one; a list that names this event has not. */
export function refetchBefore(queries: QueryClient, eventId: string): void {
  void queries.invalidateQueries({
    predicate: ({ queryKey, state }) => {
      if (state.data === undefined || queryKey[0] === 'me') return false;
      return queryKey[0] !== 'boards' || queries.getQueryData<BoardList>(keys.boards)?.eventId !== eventId;
    },
  });
}
