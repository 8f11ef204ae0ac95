/**
 * How the main thread gets Python's attention: it sets a flag, moves the VM's scheduler from idle to pending (the only write
 * into the VM's memory, which is what an interrupt does on a board) and wakes the worker. While a callback runs the
 * scheduler is locked and cannot be rung, so it is rung again until the flags are taken.
 */
import type { VmAddresses } from '../vm/rewrite.ts';
import type { SharedMemory } from './shared-memory.ts';
import { WORD } from './shared-memory.ts';

const SCHEDULER_IDLE = 1;
const SCHEDULER_PENDING = 0;
const AGAIN_AFTER_MS = 2;

export class Doorbell {
  readonly #shared: SharedMemory;
  readonly #addresses: VmAddresses;
  #scheduler: Int16Array | undefined;
  #interruptChar: Int32Array | undefined;
  #again: NodeJS.Timeout | undefined;

  constructor(shared: SharedMemory, addresses: VmAddresses) {
    this.#shared = shared;
    this.#addresses = addresses;
  }

  attachMemory(memory: WebAssembly.Memory | undefined): void {
    this.#scheduler = memory && new Int16Array(memory.buffer);
    this.#interruptChar = memory && new Int32Array(memory.buffer);
  }

  /** The character that now raises KeyboardInterrupt, as micropython.kbd_intr set it; -1 for none. */
  get interruptChar(): number {
    return this.#interruptChar ? Atomics.load(this.#interruptChar, this.#addresses.interruptChar >> 2) : -1;
  }

  ring(): void {
    if (this.#scheduler !== undefined) {
      Atomics.compareExchange(this.#scheduler, this.#addresses.schedState >> 1, SCHEDULER_IDLE, SCHEDULER_PENDING);
    }
    this.#shared.wake();
    this.#again ??= setTimeout(() => this.#ringAgain(), AGAIN_AFTER_MS);
  }

  stop(): void {
    clearTimeout(this.#again);
    this.#again = undefined;
    this.attachMemory(undefined);
  }

  #ringAgain(): void {
    this.#again = undefined;
    const flags = [WORD.interrupt, WORD.socketEvent, WORD.timersDue];
    // A frozen board takes nothing; its thaw rings.
    if (this.#shared.get(WORD.frozen) === 0 && flags.some((word) => this.#shared.get(word) !== 0)) this.ring();
  }
}
