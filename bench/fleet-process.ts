/** The load fleet in a process of its own: what its boards cost must not be counted as the hub's. */
import { type Fleet, startFleet } from '#emulator/fleet.ts';
import { HANDSHAKES_PER_SECOND } from '#lib/protocol/frames.ts';
import type { FleetOrder } from './fleet.ts';
import { answer } from './processes.ts';

/** Each new board comes twice, since its first key is changed at once: together below what the hub admits. */
const STARTS_PER_SECOND = HANDSHAKES_PER_SECOND * 0.4;
/** docs/protocol.md: full jitter up to two minutes. */
const RETRY_MOST_MS = 120_000;
/** While boards are added nothing is measured; but all of them at once would keep the hub from greeting any. */
const HASTY_MOST_MS = 20_000;

let fleet: Fleet | undefined;
let mostMs = HASTY_MOST_MS;

const retryMs = (failures: number, windowS: number) =>
  Math.random() * (failures === 0 ? windowS * 1000 : Math.min(mostMs, 1000 * 2 ** failures));

answer({
  add({ hubUrl, boards }: FleetOrder): void {
    mostMs = HASTY_MOST_MS;
    if (fleet === undefined)
      fleet = startFleet({ hubUrl, boards, behaviour: { startsPerSecond: STARTS_PER_SECOND, retryMs } });
    else fleet.add(boards);
  },
  /** From now on they are as patient as boards are. */
  calm(): void {
    mostMs = RETRY_MOST_MS;
  },
  counts: () => fleet?.counts(),
});
