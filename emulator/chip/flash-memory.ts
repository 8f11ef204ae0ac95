/**
 * The SPI flash: bits go from 1 to 0 when programmed and back by erasing a sector, a block or all of it. Each operation answers
 * how long it takes. Addresses beyond the end wrap, as they do on the chip.
 */
import { FLASH_TIMES } from './timing.ts';

export const SECTOR_BYTES = 4096;
export const BLOCK_BYTES = 65_536;
export const SECTORS_PER_BLOCK = BLOCK_BYTES / SECTOR_BYTES;
const PAGE_BYTES = 256;
const MB = 1024 * 1024;

export type FlashMb = 1 | 2 | 4;

export class FlashMemory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Cells that do not keep what they are given. */
  readonly #badCells = new Set<number>();

  constructor(sizeMb: FlashMb) {
    this.bytes = new Uint8Array(sizeMb * MB).fill(0xff);
  }

  get size(): number {
    return this.bytes.length;
  }

  /** JEDEC id as the SPI controller reads it: manufacturer Winbond, type W25Q, capacity as a power of two. */
  get jedecId(): number {
    return (Math.log2(this.size) << 16) | 0x40ef;
  }

  eraseSector(sector: number): number {
    this.#clear(sector * SECTOR_BYTES, SECTOR_BYTES);
    return FLASH_TIMES.eraseSectorMs;
  }

  eraseBlock(block: number): number {
    this.#clear(block * BLOCK_BYTES, BLOCK_BYTES);
    return FLASH_TIMES.eraseBlockMs;
  }

  eraseChip(): number {
    this.bytes.fill(0xff);
    return (FLASH_TIMES.eraseChipMsPerMb * this.size) / MB;
  }

  /** A run of sectors, by blocks where a whole one lies in it. */
  eraseSectors(first: number, count: number): number {
    let ms = 0;
    for (let sector = first; sector < first + count; ) {
      const wholeBlock = sector % SECTORS_PER_BLOCK === 0 && first + count - sector >= SECTORS_PER_BLOCK;
      ms += wholeBlock ? this.eraseBlock(sector / SECTORS_PER_BLOCK) : this.eraseSector(sector);
      sector += wholeBlock ? SECTORS_PER_BLOCK : 1;
    }
    return ms;
  }

  program(offset: number, data: Uint8Array): number {
    data.forEach((byte, index) => {
      const at = (offset + index) % this.size;
      const kept = (this.bytes[at] ?? 0) & byte;
      this.bytes[at] = this.#badCells.has(at) ? kept ^ 1 : kept;
    });
    const firstPage = Math.floor(offset / PAGE_BYTES);
    const lastPage = Math.floor((offset + data.length - 1) / PAGE_BYTES);
    return data.length === 0 ? 0 : (lastPage - firstPage + 1) * FLASH_TIMES.programPageMs;
  }

  read(offset: number, length: number): Uint8Array {
    const read = new Uint8Array(length);
    for (let index = 0; index < length; index++) read[index] = this.bytes[(offset + index) % this.size] ?? 0;
    return read;
  }

  /** From now on this byte comes back with a flipped bit. */
  wearOut(offset: number): void {
    this.#badCells.add(offset % this.size);
  }

  #clear(offset: number, length: number): void {
    const at = offset % this.size;
    this.bytes.fill(0xff, at, at + length);
  }
}
