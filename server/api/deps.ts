import type { Boards, ClientFiles } from '#server/boards/boards.ts';
import type { Firmware } from '#server/firmware/firmware.ts';
import type { Hub } from '#server/hub/hub.ts';
import type { Jobs } from '#server/jobs/jobs.ts';
import type { Log } from '#server/log.ts';
import type { Principal, Teams } from '#server/teams/teams.ts';
import type { Wifi } from '#server/wifi/wifi.ts';

/** What the routes call. */
export interface ApiDeps {
  readonly teams: Teams;
  readonly boards: Boards;
  readonly jobs: Jobs;
  readonly firmware: Firmware;
  readonly wifi: Wifi;
  readonly client: ClientFiles;
  readonly hub: Pick<Hub, 'countBoards'>;
  /** Id of the newest event: a list read now contains it. */
  readonly lastEventId: () => string;
  readonly log: Log;
  readonly version: string;
  readonly startedAt: number;
  readonly isStopping: () => boolean;
  readonly addresses: () => readonly string[];
  /** ws:// addresses that a real board can dial. */
  readonly boardUrls: () => readonly string[];
}

/** Who is named as the author of what is made. */
export function authorOf({ user }: Principal): string {
  return user?.name ?? 'mbm on the hub’s machine';
}
