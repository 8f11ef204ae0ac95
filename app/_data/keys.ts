import type { BoardId, Job, JobId } from '#lib/api/schema.ts';

/** A job in a list: its code is only the beginning. */
export type JobHead = Omit<Job, 'code'> & { readonly codeHead: string };

/** Names of what is kept in the query cache. */
export const keys = {
  boards: ['boards'],
  board: (id: BoardId) => ['board', id],
  anyBoard: ['board'],
  job: (id: JobId) => ['job', id],
  anyJob: ['job'],
  /** The last jobs of one board. */
  jobs: (boardId: BoardId) => ['jobs', boardId],
  anyJobs: ['jobs'],
  me: ['me'],
  hub: ['hub'],
} as const;
