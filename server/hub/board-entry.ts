/** What the hub holds of one board while it runs. Plain data: presence.ts, links.ts and hub.ts change it. */
import type { BoardState } from '#lib/api/schema.ts';
import type { BoardInfo } from '#lib/protocol/info.ts';
import type { Session } from '#server/session/session.ts';
import type { Execution } from './hub.ts';
import type { StoredBoard } from './ports.ts';

export interface BoardEntry {
  /** Identity and name; its facts are as old as the process, `info` and `lastSeenAt` here are the newest. */
  stored: StoredBoard;
  info: BoardInfo | null;
  lastSeenAt: number | null;
  session: Session | undefined;
  /** The program of this hub's that is under way. */
  execution: Execution | undefined;
  /** File transfers under way or waiting: a board has one staging file, so they go one after the other. */
  transfers: number;
  lastTransfer: Promise<unknown> | undefined;
  /** A program that runs on the board without anyone here who waits for it: its journal number. */
  orphanJob: number | undefined;
  state: BoardState;
  stateSince: number;
  memFreeBytes: number | null;
  rssiDbm: number | null;
  uptimeS: number | null;
  publishedAt: number;
  savedAt: number;
}

export function newEntry(stored: StoredBoard): BoardEntry {
  return {
    stored,
    info: stored.info,
    lastSeenAt: stored.lastSeenAt,
    session: undefined,
    execution: undefined,
    transfers: 0,
    lastTransfer: undefined,
    orphanJob: undefined,
    state: 'offline',
    stateSince: stored.lastSeenAt ?? stored.createdAt,
    memFreeBytes: stored.info?.mem ?? null,
    rssiDbm: knownRssi(stored.info?.rssi),
    uptimeS: null,
    publishedAt: 0,
    savedAt: 0,
  };
}

/** 0 dBm is what a board says that has no radio. */
export function knownRssi(rssi: number | undefined): number | null {
  return rssi || null;
}
