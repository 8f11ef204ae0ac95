/** A board as the public contract shows it. */
import type { Board } from '#lib/api/schema.ts';
import type { BoardInfo } from '#lib/protocol/info.ts';
import type { BoardEntry } from './board-entry.ts';

const RELEASE = 2;
const VERSION = 3;
const MACHINE = 4;

export function viewOfBoard(entry: BoardEntry): Board {
  const { stored, info } = entry;
  return {
    id: stored.id,
    name: stored.name,
    state: entry.state,
    stateSince: isoOf(entry.stateSince),
    lastSeenAt: isoOrNull(entry.session?.lastHeardAt ?? entry.lastSeenAt),
    memFreeBytes: entry.memFreeBytes,
    rssiDbm: entry.rssiDbm,
    uptimeS: entry.uptimeS,
    virtual: stored.virtual,
    address: entry.session?.address ?? null,
    createdAt: isoOf(stored.createdAt),
    ...(info
      ? viewOfInfo(info)
      : { ...NOTHING_KNOWN, platform: stored.platform ?? null, chipId: stored.chipId ?? null }),
  };
}

const NOTHING_KNOWN = {
  firmware: null,
  machine: null,
  fsFreeBytes: null,
  fsTotalBytes: null,
  clientVersion: null,
  resetCause: null,
  boots: null,
  safeMode: false,
  safeModeReason: null,
};

function viewOfInfo(info: BoardInfo) {
  return {
    platform: info.plat,
    firmware: firmwareOf(info.u),
    machine: info.u[MACHINE] ?? null,
    fsFreeBytes: Math.trunc(info.fs[0]),
    fsTotalBytes: Math.trunc(info.fs[1]),
    chipId: info.chip,
    clientVersion: info.v,
    resetCause: info.rst,
    boots: info.boots,
    safeMode: info.safe ?? false,
    safeModeReason: info.why ?? null,
  };
}

/** An ESP8266 gives its SDK's version as `release`; `version` begins with MicroPython's on every port. */
function firmwareOf(uname: readonly string[]): string | null {
  return /^v(\d\S*)/.exec(uname[VERSION] ?? '')?.[1] ?? uname[RELEASE] ?? null;
}

function isoOrNull(atMs: number | null): string | null {
  return atMs === null ? null : isoOf(atMs);
}

function isoOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
