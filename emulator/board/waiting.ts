/** How the worker of a board waits: asleep in Atomics.wait, and still running what Python has scheduled. */
import type { VmAddresses } from '../vm/rewrite.ts';
import { type SharedMemory, WORD } from './shared-memory.ts';

const SCHEDULER_IDLE = 1;
const SCHEDULER_PENDING = 0;
const SCHEDULER_LOCKED = -1;
/** How soon an event is looked at again that could not be delivered because a callback was running. */
const LOCKED_POLL_MS = 5;

export class Waiting {
  readonly #shared: SharedMemory;
  readonly #addresses: VmAddresses;
  #state: Int16Array | undefined;
  #seen: number;

  constructor(shared: SharedMemory, addresses: VmAddresses) {
    this.#shared = shared;
    this.#addresses = addresses;
    this.#seen = shared.get(WORD.wake);
  }

  /** After each load of a VM: where its scheduler's state is. */
  attachMemory(memory: WebAssembly.Memory): void {
    this.#state = new Int16Array(memory.buffer);
  }

  /** Blocks the board for as long as it is frozen. */
  holdWhileFrozen(): void {
    while (this.#shared.get(WORD.frozen) === 1) Atomics.wait(this.#shared.words, WORD.frozen, 1);
  }

  /** Something is to be delivered to Python, or is already in its scheduler. */
  hasEvents(): boolean {
    return (
      this.#isScheduled() ||
      [WORD.interrupt, WORD.socketEvent, WORD.timersDue].some((word) => this.#shared.get(word) !== 0)
    );
  }

  /**
   * Sleeps until something happens or the time is over. It compares with the count seen when it last returned, never
   * with a fresh one: whatever happened since the caller last looked makes it return at once.
   */
  wait(timeoutMs: number): void {
    this.holdWhileFrozen();
    const scheduler = this.#ringScheduler();
    if (this.hasEvents() && scheduler !== SCHEDULER_LOCKED) return;
    const limit = this.hasEvents() ? LOCKED_POLL_MS : Number.POSITIVE_INFINITY;
    const timeout = Math.min(limit, timeoutMs < 0 ? Number.POSITIVE_INFINITY : timeoutMs);
    Atomics.wait(this.#shared.words, WORD.wake, this.#seen, timeout);
    this.#seen = this.#shared.get(WORD.wake);
    this.holdWhileFrozen();
  }

  #isScheduled(): boolean {
    return (
      this.#state !== undefined && Atomics.load(this.#state, this.#addresses.schedState >> 1) === SCHEDULER_PENDING
    );
  }

  /** Makes the VM handle pending events at its next branch, as the main thread does from outside. */
  #ringScheduler(): number {
    if (this.#state === undefined) return SCHEDULER_IDLE;
    const at = this.#addresses.schedState >> 1;
    if (!this.hasEvents()) return Atomics.load(this.#state, at);
    return Atomics.compareExchange(this.#state, at, SCHEDULER_IDLE, SCHEDULER_PENDING);
  }
}
