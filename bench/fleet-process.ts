/** The load fleet in a process of its own: what its boards cost must not be counted as the hub's. */
import { type Fleet, startFleet } from '#emulator/fleet.ts';
import { HANDSHAKES_PER_SECOND } from '#lib/protocol/frames.ts';
import type { FleetOrder } from './fleet.ts';
import { answer } from './processes.ts';

/** Each new board comes twice, since its first key is changed at once: together below what the hub admits. */
const STARTS_PER_SECOND = HANDSHAKES_PER_SECOND * 0.4;
let fleet: Fleet | undefined;

answer({
  add({ hubUrl, boards }: FleetOrder): void {
    if (fleet === undefined) fleet = startFleet({ hubUrl, boards, behaviour: { startsPerSecond: STARTS_PER_SECOND } });
    else fleet.add(boards);
  },
});
