import type { Boards } from '#server/boards/boards.ts';
import type { Hub } from '#server/hub/hub.ts';
import type { Jobs } from '#server/jobs/jobs.ts';
import type { Log } from '#server/log.ts';
import type { Teams } from '#server/teams/teams.ts';

/** What the routes call. */
export interface ApiDeps {
  readonly teams: Teams;
  readonly boards: Boards;
  readonly jobs: Jobs;
  readonly hub: Pick<Hub, 'countBoards'>;
  /** Id of the newest event: a list read now contains it. */
  readonly lastEventId: () => string;
  readonly log: Log;
  readonly version: string;
  readonly startedAt: number;
  readonly isStopping: () => boolean;
  readonly addresses: () => readonly string[];
}
