/** How long things take on the chip, and who waits for it: a chip in real time, or one whose work takes no time. */

/** Winbond W25Q32FV data sheet, rev. J, 9.6 AC characteristics, typical values; the worst case is three to thirteen times as long. */
export const FLASH_TIMES = {
  /** tSE: one sector of 4 KB. */
  eraseSectorMs: 45,
  /** tBE2: one block of 64 KB. */
  eraseBlockMs: 150,
  /** tCE: 10 s for 4 MB; smaller chips of the family need less in proportion. */
  eraseChipMsPerMb: 2_500,
  /** tPP: one page of 256 bytes. */
  programPageMs: 0.7,
} as const;

/** The stub's MD5 over flash; no data sheet tells, and half a second for a megabyte is an estimate. */
export const MD5_MS_PER_MB = 500;
/** stub_flasher: ets_delay_us(10000) between the answer to CHANGE_BAUDRATE and the new rate. */
export const BAUD_SWITCH_MS = 10;
/** EN rises by 10 kilo-ohms into the capacitor of the auto-reset circuit; GPIO0 is sampled when it is up. */
export const EN_RISE_MS = 5;
/** A UART sends ten bits a byte: start, eight, stop. */
export const BITS_PER_BYTE = 10;

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The work of one part of the chip, one piece after the other. */
export class Workload {
  readonly #isReal: boolean;
  #freeAt = 0;
  /** All the time that the work would have taken so far. */
  totalMs = 0;

  constructor(isReal: boolean) {
    this.#isReal = isReal;
  }

  /** Resolves when a piece of work is done that takes so long; at once where time is not modelled. */
  async take(ms: number): Promise<void> {
    this.totalMs += ms;
    if (!this.#isReal || ms <= 0) return;
    const now = performance.now();
    this.#freeAt = Math.max(this.#freeAt, now) + ms;
    await sleep(this.#freeAt - now);
  }

  /** Without power nothing goes on. */
  abandon(): void {
    this.#freeAt = 0;
  }
}
