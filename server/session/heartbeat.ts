/** Time for all sessions: one timer that looks at each of them once a second, where ten thousand boards would need as many timers. */
import { PING_INTERVAL_MS, PING_JITTER } from '#lib/protocol/frames.ts';
import type { SessionClock } from './ports.ts';

const SWEEP_MS = 1_000;
const FIRST_PING_MS = 1_000;

export interface Watched {
  check(nowMs: number): void;
}

/** Milliseconds until the next PING; spread, so that boards which connected together are not asked together. */
export function pingDelayMs(random: number): number {
  return PING_INTERVAL_MS * (1 - PING_JITTER + 2 * PING_JITTER * random);
}

/** The first PING comes soon: an open session knows the board's uptime and its free heap at rest within seconds. */
export function firstPingDelayMs(random: number): number {
  return FIRST_PING_MS * (1 + random);
}

export class Heartbeat {
  readonly #clock: SessionClock;
  readonly #watched = new Set<Watched>();
  #cancel: (() => void) | undefined;

  constructor(clock: SessionClock) {
    this.#clock = clock;
  }

  add(watched: Watched): void {
    this.#watched.add(watched);
    this.#cancel ??= this.#clock.after(SWEEP_MS, () => this.#sweep());
  }

  remove(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #sweep(): void {
    this.#cancel = this.#clock.after(SWEEP_MS, () => this.#sweep());
    const nowMs = this.#clock.now();
    for (const watched of this.#watched) watched.check(nowMs);
  }
}
