/** A clock for tests: time passes only when told to. */

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

export class FakeClock {
  #nowMs = Date.UTC(2026, 0, 1);
  #timers: Timer[] = [];

  readonly now = (): number => this.#nowMs;

  readonly after = (delayMs: number, task: () => void): (() => void) => {
    const timer = { at: this.#nowMs + delayMs, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  get timers(): number {
    return this.#timers.length;
  }

  /** Runs what falls due, in order, and lets promises settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#nowMs + ms;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#nowMs = Math.max(this.#nowMs, due.at);
      due.task();
      await settle();
    }
    this.#nowMs = end;
    await settle();
  }
}

/** Lets everything that waits for promises go as far as it can. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
