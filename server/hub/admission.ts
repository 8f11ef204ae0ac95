/** The hub's door for boards: how many may stand in it, and how many may come in within a second. All before any cryptography. */
import { HANDSHAKES_PER_SECOND, MAX_UNAUTHENTICATED_SOCKETS } from '#lib/protocol/frames.ts';
import type { Clock } from './ports.ts';

export class Admission {
  readonly #clock: Clock;
  #tokens = HANDSHAKES_PER_SECOND;
  #filledAt: number;
  #unauthenticated = 0;
  #refused = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledAt = clock.now();
  }

  get unauthenticated(): number {
    return this.#unauthenticated;
  }

  /** Sockets that were not let in, and handshakes that failed. */
  get refused(): number {
    return this.#refused;
  }

  /** True when one more socket may be opened; the caller then owes one `leave`. */
  enter(): boolean {
    this.#fill();
    if (this.#unauthenticated >= MAX_UNAUTHENTICATED_SOCKETS || this.#tokens < 1) {
      this.#refused += 1;
      return false;
    }
    this.#tokens -= 1;
    this.#unauthenticated += 1;
    return true;
  }

  /** The socket has authenticated, or closed before it did. */
  leave(isAuthenticated: boolean): void {
    this.#unauthenticated -= 1;
    if (!isAuthenticated) this.#refused += 1;
  }

  #fill(): void {
    const nowMs = this.#clock.now();
    // A clock that is set back must not close the door.
    const elapsedMs = Math.max(0, nowMs - this.#filledAt);
    this.#filledAt = nowMs;
    this.#tokens = Math.min(HANDSHAKES_PER_SECOND, this.#tokens + (elapsedMs * HANDSHAKES_PER_SECOND) / 1000);
  }
}
