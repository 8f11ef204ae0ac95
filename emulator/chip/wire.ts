/** One direction of the serial cable: bytes arrive one after the other, as fast as the sender's baud rate lets them. */
import { BITS_PER_BYTE, sleep } from './timing.ts';

/** What arrives comes in pieces of this length of time, so that a cable pulled out cuts a long write in the middle. */
const SLICE_MS = 10;

export class Wire {
  readonly #isReal: boolean;
  readonly #deliver: (bytes: Uint8Array, baud: number) => void;
  #last: Promise<void> = Promise.resolve();
  #freeAt = 0;
  #cuts = 0;

  constructor(isReal: boolean, deliver: (bytes: Uint8Array, baud: number) => void) {
    this.#isReal = isReal;
    this.#deliver = deliver;
  }

  /** Resolves when the last bit is through, or was lost with the cable. */
  send(bytes: Uint8Array, baud: number): Promise<void> {
    if (!this.#isReal) {
      this.#deliver(bytes, baud);
      return Promise.resolve();
    }
    const askedAt = performance.now();
    const cuts = this.#cuts;
    this.#last = this.#last.then(() => this.#transmit(bytes, baud, askedAt, cuts));
    return this.#last;
  }

  /** What is under way is lost. */
  cut(): void {
    this.#cuts++;
    this.#freeAt = 0;
  }

  async #transmit(bytes: Uint8Array, baud: number, askedAt: number, cuts: number): Promise<void> {
    const sliceBytes = Math.max(1, Math.floor((baud / BITS_PER_BYTE / 1000) * SLICE_MS));
    this.#freeAt = Math.max(this.#freeAt, askedAt);
    for (let at = 0; at < bytes.length && cuts === this.#cuts; at += sliceBytes) {
      const slice = bytes.slice(at, at + sliceBytes);
      // Counted from the end of the last slice: a timer that fires late costs no bandwidth.
      this.#freeAt += (slice.length * BITS_PER_BYTE * 1000) / baud;
      const wait = this.#freeAt - performance.now();
      if (wait > 0) await sleep(wait);
      if (cuts === this.#cuts) this.#deliver(slice, baud);
    }
  }
}
