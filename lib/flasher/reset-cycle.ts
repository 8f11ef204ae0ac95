/**
 * Ways into the boot loader, one after the other, each time the chip has not answered: boards differ in what their RTS and DTR do
 * and in how long their reset takes to rise.
 */
import type { SerialLine } from './serial-line.ts';

const HOLD_MS = 100;
/** Until GPIO0 is read; the second for boards with a large capacitor at their reset. */
const FAST_RISE_MS = 50;
const SLOW_RISE_MS = 550;

interface Way {
  readonly riseMs: number;
  /** Lines wired to the pins without transistors are the other way round. */
  readonly isCrossed: boolean;
}

/** Undefined: no reset, for a board that a person has put into its boot loader. */
const WAYS: readonly (Way | undefined)[] = [
  { riseMs: FAST_RISE_MS, isCrossed: false },
  { riseMs: SLOW_RISE_MS, isCrossed: false },
  undefined,
  { riseMs: FAST_RISE_MS, isCrossed: true },
];

export class ResetCycle {
  readonly #line: SerialLine;
  #next = 0;

  constructor(line: SerialLine) {
    this.#line = line;
  }

  async reset(): Promise<void> {
    const way = WAYS[this.#next++ % WAYS.length];
    if (!way) return;
    const set = (inReset: boolean, toLoader: boolean): Promise<void> =>
      this.#line.setSignals(
        way.isCrossed
          ? { dataTerminalReady: inReset, requestToSend: toLoader }
          : { dataTerminalReady: toLoader, requestToSend: inReset },
      );
    await set(true, false);
    await pause(HOLD_MS);
    await set(false, true);
    await pause(way.riseMs);
    await set(false, false);
  }
}

/** Starts what is in flash. The library's own only lets go of a line it never pulled. */
export async function resetToRun(line: SerialLine): Promise<void> {
  await line.setSignals({ dataTerminalReady: false, requestToSend: true });
  await pause(HOLD_MS);
  await line.setSignals({ dataTerminalReady: false, requestToSend: false });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
