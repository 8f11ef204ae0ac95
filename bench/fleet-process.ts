/** The load fleet in a process of its own: what its boards cost must not be counted as the hub's. */
import { type Fleet, startFleet } from '#emulator/fleet.ts';
import type { FleetOrder } from './fleet.ts';
import { answer } from './processes.ts';

let fleet: Fleet | undefined;

answer({
  add({ hubUrl, boards }: FleetOrder): void {
    if (fleet === undefined) fleet = startFleet({ hubUrl, boards });
    else fleet.add(boards);
  },
});
