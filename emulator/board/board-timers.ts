/** machine.Timer: the worker is asleep or busy, so the main thread watches the clock and rings when one is due. */
import type { Doorbell } from './doorbell.ts';
import type { SharedMemory } from './shared-memory.ts';
import { WORD } from './shared-memory.ts';

export class BoardTimers {
  readonly #shared: SharedMemory;
  readonly #doorbell: Doorbell;
  readonly #timers = new Map<number, NodeJS.Timeout>();

  constructor(shared: SharedMemory, doorbell: Doorbell) {
    this.#shared = shared;
    this.#doorbell = doorbell;
  }

  /** periodMs 0 stops the timer. */
  set(index: number, periodMs: number, repeat: boolean): void {
    clearTimeout(this.#timers.get(index));
    this.#timers.delete(index);
    if (periodMs === 0) return;
    const due = () => {
      Atomics.or(this.#shared.words, WORD.timersDue, 1 << index);
      this.#doorbell.ring();
    };
    this.#timers.set(index, repeat ? setInterval(due, periodMs) : setTimeout(due, periodMs));
  }

  stopAll(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#shared.set(WORD.timersDue, 0);
  }
}
