/**
 * Live events applied to what was fetched: pure functions from a snapshot and events to the next snapshot, which is the same
 * object when nothing has changed. Who calls them: live-cache.ts.
 */
import type { EventMap, EventName } from '#lib/api/events.ts';
import type { Board, Job, JobId, Run } from '#lib/api/schema.ts';

export type LiveEvent = { [Name in EventName]: { readonly type: Name; readonly data: EventMap[Name] } }[EventName];

export interface BoardList {
  readonly boards: readonly Board[];
  readonly eventId: string;
}

/** Null: the board has been removed while it was looked at. */
export type BoardSnapshot = Board | null;

export function applyToBoards<List extends { readonly boards: readonly Board[] }>(
  list: List,
  events: readonly LiveEvent[],
): List {
  const changes = new Map<string, BoardSnapshot>();
  for (const event of events) {
    if (event.type === 'board.changed') changes.set(event.data.board.id, event.data.board);
    if (event.type === 'board.removed') changes.set(event.data.boardId, null);
  }
  if (changes.size === 0) return list;
  const boards: Board[] = [];
  for (const board of list.boards) {
    const next = changes.get(board.id);
    if (next !== null) boards.push(next ?? board);
    changes.delete(board.id);
  }
  for (const added of changes.values()) if (added) boards.push(added);
  return { ...list, boards };
}

export function applyToBoard(board: BoardSnapshot, id: string, events: readonly LiveEvent[]): BoardSnapshot {
  let next = board;
  for (const event of events) {
    if (event.type === 'board.changed' && event.data.board.id === id) next = event.data.board;
    if (event.type === 'board.removed' && event.data.boardId === id) next = null;
  }
  return next;
}

interface HasRuns {
  readonly id: JobId;
  readonly runs: readonly Run[];
}

export function applyToJob<Snapshot extends Pick<Job, 'id' | 'runs'>>(
  job: Snapshot,
  events: readonly LiveEvent[],
): Snapshot {
  let next = job;
  for (const event of events) {
    if (event.type !== 'run.changed' || event.data.jobId !== job.id) continue;
    const { run } = event.data;
    next = { ...next, runs: next.runs.map((old) => (old.boardId === run.boardId ? run : old)) };
  }
  return next;
}

export function applyToJobs<Snapshot extends HasRuns & Pick<Job, 'runs'>>(
  jobs: readonly Snapshot[],
  events: readonly LiveEvent[],
): readonly Snapshot[] {
  const next = jobs.map((job) => applyToJob(job, events));
  return next.some((job, index) => job !== jobs[index]) ? next : jobs;
}

/** True when a job was made that the list of this board's jobs does not have yet. */
export function hasNewJob(boardId: string, events: readonly LiveEvent[]): boolean {
  return events.some((event) => event.type === 'job.created' && event.data.boardIds.some((id) => id === boardId));
}
