/**
 * The stub's writing: it erases just ahead of what it writes, sectors of 4 KB or whole blocks, and inflates into a buffer of
 * 32 KB that it writes when it is full. ROM and stub differ in when they erase; the ROM does so before it answers FLASH_BEGIN.
 */
import { createInflate, type Inflate } from 'node:zlib';
import { type FlashMemory, SECTOR_BYTES, SECTORS_PER_BLOCK } from './flash-memory.ts';

const INFLATED_BYTES = 32_768;

/** Error codes of the stub. */
export const STUB_ERROR = { badData: 0xc0, badChecksum: 0xc1, notInFlashMode: 0xc6, inflate: 0xc7 } as const;

interface Job {
  next: number;
  /** First sector that is not erased yet. */
  eraseAt: number;
  sectorsLeft: number;
  bytesLeft: number;
  inflater: Inflater | undefined;
}

export class FlashWriter {
  readonly #flash: FlashMemory;
  readonly #busy: (ms: number) => Promise<void>;
  #job: Job | undefined;
  /** Of the last piece of data; the next command reports it. */
  #error = 0;

  constructor(flash: FlashMemory, busy: (ms: number) => Promise<void>) {
    this.#flash = flash;
    this.#busy = busy;
  }

  get isWriting(): boolean {
    return this.#job !== undefined;
  }

  /** 0, or the code of what went wrong since it was last asked. */
  takeError(): number {
    const error = this.#error;
    this.#error = 0;
    return error;
  }

  /** `isErased`: the ROM has erased already. */
  begin(bytes: number, offset: number, { deflated = false, isErased = false } = {}): void {
    this.#error = 0;
    this.#job = {
      next: offset,
      eraseAt: Math.floor(offset / SECTOR_BYTES),
      sectorsLeft: isErased ? 0 : Math.ceil(bytes / SECTOR_BYTES),
      bytesLeft: bytes,
      inflater: deflated ? new Inflater() : undefined,
    };
  }

  async write(data: Uint8Array): Promise<void> {
    const job = this.#job;
    if (job === undefined) return;
    if (job.inflater === undefined) return this.#store(job, data);
    const isGood = await job.inflater.push(data);
    // The power may go, and the job with it, at any moment.
    while (this.#job === job) {
      const piece = job.inflater.take(Math.min(INFLATED_BYTES, job.bytesLeft));
      if (piece === undefined) break;
      await this.#store(job, piece);
    }
    if (!isGood) this.#error = STUB_ERROR.inflate;
  }

  end(): void {
    this.#job?.inflater?.stop();
    this.#job = undefined;
  }

  async #store(job: Job, data: Uint8Array): Promise<void> {
    let ms = 0;
    const lastSector = Math.ceil((job.next + data.length) / SECTOR_BYTES);
    while (job.sectorsLeft > 0 && job.eraseAt < lastSector) {
      const wholeBlock = job.eraseAt % SECTORS_PER_BLOCK === 0 && job.sectorsLeft > SECTORS_PER_BLOCK;
      ms += wholeBlock ? this.#flash.eraseBlock(job.eraseAt / SECTORS_PER_BLOCK) : this.#flash.eraseSector(job.eraseAt);
      const sectors = wholeBlock ? SECTORS_PER_BLOCK : 1;
      job.eraseAt += sectors;
      job.sectorsLeft -= sectors;
    }
    ms += this.#flash.program(job.next, data);
    job.next += data.length;
    job.bytesLeft -= data.length;
    await this.#busy(ms);
  }
}

class Inflater {
  readonly #inflate: Inflate = createInflate();
  #ready: Buffer = Buffer.alloc(0);
  #hasFailed = false;
  #settled: () => void = () => undefined;

  constructor() {
    this.#inflate.on('data', (bytes: Buffer) => {
      this.#ready = Buffer.concat([this.#ready, bytes]);
    });
    this.#inflate.on('error', () => {
      this.#hasFailed = true;
      this.#settled();
    });
  }

  /** Answers whether the data made sense. */
  async push(data: Uint8Array): Promise<boolean> {
    if (!this.#hasFailed) {
      await new Promise<void>((resolve) => {
        this.#settled = resolve;
        this.#inflate.write(data, () => resolve());
      });
    }
    return !this.#hasFailed;
  }

  /** Exactly so many bytes, once there are as many. */
  take(length: number): Buffer | undefined {
    if (length === 0 || this.#ready.length < length) return undefined;
    const taken = this.#ready.subarray(0, length);
    this.#ready = this.#ready.subarray(length);
    return taken;
  }

  stop(): void {
    this.#inflate.destroy();
  }
}
