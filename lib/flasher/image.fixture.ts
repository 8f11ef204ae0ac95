/** Firmware of the shape that MicroPython's build makes: right in every sum, and of no use to a chip. */
import { md5 } from './md5.ts';

const BOOT_BYTES = 0x9000;

export interface TestImageOptions {
  /** Of the part that is flashed. */
  readonly sizeBytes?: number;
  /** Makes different files of one size. */
  readonly seed?: number;
  readonly loadAt?: number;
}

export function testImage({ sizeBytes = 0xa000, seed = 1, loadAt = 0x40100000 }: TestImageOptions = {}): Uint8Array {
  const image = new Uint8Array(sizeBytes + 16).fill(0xff);
  const view = new DataView(image.buffer);
  for (let at = BOOT_BYTES, value = seed; at < sizeBytes; at++) {
    value = (Math.imul(value, 1_103_515_245) + 12_345) >>> 0;
    image[at] = value >>> 24;
  }
  // DIO, 4 MB, 40 MHz; one segment of 64 bytes; entry at its start.
  image.set([0xe9, 1, 2, 0x40]);
  view.setUint32(4, loadAt, true);
  view.setUint32(8, loadAt, true);
  view.setUint32(12, 64, true);
  image.fill(seed & 0xff, 16, 80);
  image.fill(0, 80, 96);
  // Sixty-four equal bytes cancel each other out.
  image[95] = 0xef;
  view.setUint32(BOOT_BYTES - 4, sizeBytes, true);
  image.set(md5(image.subarray(4, sizeBytes)), sizeBytes);
  return image;
}
