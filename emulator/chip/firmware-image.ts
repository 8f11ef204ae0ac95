/**
 * A MicroPython firmware for the ESP8266 as its makeimg.py lays it out: the boot image in the first 36 KB, the firmware's size in
 * that image's last word, then the code, then an MD5 over all but the first four bytes, which flashers may change.
 * The chip runs only what passes the check here; tests, which have no download, make an image of the same shape.
 */
import { createHash } from 'node:crypto';

const IMAGE_MAGIC = 0xe9;
const BOOT_BYTES = 0x9000;
const SIZE_AT = BOOT_BYTES - 4;
/** Byte 0 magic, 1 segments, 2 flash mode, 3 flash size and frequency: not under the MD5. */
const CHANGEABLE_BYTES = 4;
const MD5_BYTES = 16;
const SEGMENT_AT = 8;
const SEGMENT_HEADER_BYTES = 8;
const IRAM_AT = 0x40100000;
const CHECKSUM_SEED = 0xef;
const KB = 1024;

export const FLASH_MODES = ['qio', 'qout', 'dio', 'dout'] as const;
export type FlashMode = (typeof FLASH_MODES)[number];
export type FirmwareVariant = '2M' | '1M';

/** The upper half of header byte 3. */
const FLASH_SIZES: Readonly<Record<number, number>> = {
  0: 512 * KB,
  1: 256 * KB,
  2: 1024 * KB,
  3: 2048 * KB,
  4: 4096 * KB,
  8: 8192 * KB,
  9: 16_384 * KB,
};
/** sys.implementation._build of the small variant, since 1.25. */
const SMALL_BUILD = 'ESP8266_GENERIC-FLASH_1M';
const FULL_BUILD = 'ESP8266_GENERIC';

export interface Firmware {
  readonly flashMode: FlashMode;
  /** What the firmware believes, because its header says so. */
  readonly flashBytes: number;
  readonly variant: FirmwareVariant;
  readonly sizeBytes: number;
}

/** The firmware at the start of a flash, or undefined when it would not run. */
export function findFirmware(flash: Uint8Array): Firmware | undefined {
  const bytes = Buffer.from(flash.buffer, flash.byteOffset, flash.byteLength);
  const flashMode = FLASH_MODES[bytes[2] ?? -1];
  const flashBytes = FLASH_SIZES[(bytes[3] ?? 0) >> 4];
  if (bytes[0] !== IMAGE_MAGIC || flashMode === undefined || flashBytes === undefined) return undefined;
  const sizeBytes = bytes.length < BOOT_BYTES ? 0 : bytes.readUInt32LE(SIZE_AT);
  if (sizeBytes < BOOT_BYTES || sizeBytes + MD5_BYTES > bytes.length) return undefined;
  const md5 = createHash('md5').update(bytes.subarray(CHANGEABLE_BYTES, sizeBytes)).digest();
  if (!md5.equals(bytes.subarray(sizeBytes, sizeBytes + MD5_BYTES))) return undefined;
  const isSmall = bytes.subarray(0, sizeBytes).includes(SMALL_BUILD);
  return { flashMode, flashBytes, variant: isSmall ? '1M' : '2M', sizeBytes };
}

export interface FirmwareWish {
  readonly sizeBytes?: number;
  readonly variant?: FirmwareVariant;
  readonly flashMode?: FlashMode;
  readonly version?: string;
}

/** An image that a flasher, esptool and the emulated chip take for MicroPython's; it compresses about as well as real ones do. */
export function makeFirmware(wish: FirmwareWish = {}): Uint8Array<ArrayBuffer> {
  const { sizeBytes = 600 * KB, variant = '2M', flashMode = 'dio', version = 'v1.28.0 on 2026-04-06' } = wish;
  const image = Buffer.alloc(sizeBytes, 0xff);
  const codeBytes = sizeBytes - MD5_BYTES - BOOT_BYTES;
  writeBootImage(image, flashMode, variant);
  image.writeUInt32LE(BOOT_BYTES + codeBytes, SIZE_AT);
  image.set(pseudoCode(codeBytes), BOOT_BYTES);
  image.write(`MicroPython ${version}; ${variant === '1M' ? SMALL_BUILD : FULL_BUILD}\0`, BOOT_BYTES, 'latin1');
  const end = sizeBytes - MD5_BYTES;
  image.set(createHash('md5').update(image.subarray(CHANGEABLE_BYTES, end)).digest(), end);
  return new Uint8Array(image);
}

/** One segment and its checksum, which esptool verifies before it changes the header. */
function writeBootImage(image: Buffer, flashMode: FlashMode, variant: FirmwareVariant): void {
  const segmentBytes = BOOT_BYTES - SEGMENT_AT - SEGMENT_HEADER_BYTES - 16 - 4;
  const segment = pseudoCode(segmentBytes - (segmentBytes % 16));
  const sizeNibble = variant === '1M' ? 2 : 4;
  image.set([IMAGE_MAGIC, 1, FLASH_MODES.indexOf(flashMode), sizeNibble << 4]);
  image.writeUInt32LE(IRAM_AT, 4);
  image.writeUInt32LE(IRAM_AT, SEGMENT_AT);
  image.writeUInt32LE(segment.length, SEGMENT_AT + 4);
  const dataAt = SEGMENT_AT + SEGMENT_HEADER_BYTES;
  image.set(segment, dataAt);
  // The checksum is the last byte of the next multiple of sixteen.
  const checksumAt = dataAt + segment.length + 15 - ((dataAt + segment.length) % 16);
  image.fill(0, dataAt + segment.length, checksumAt);
  image[checksumAt] = segment.reduce((sum, byte) => sum ^ byte, CHECKSUM_SEED);
}

/** Bytes of a fixed sequence of which a third repeat what came shortly before, as in machine code: deflate leaves about 62 %. */
function pseudoCode(length: number): Buffer {
  const code = Buffer.alloc(length);
  let state = 0x9e3779b9;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  for (let at = 0; at < length; ) {
    const run = 6 + (random() % 8);
    const back = 1 + (random() % Math.min(at + 1, 4096));
    const repeats = at > 64 && random() % 100 < 45;
    for (let end = Math.min(at + run, length); at < end; at++) {
      code[at] = repeats ? (code[at - back] ?? 0) : random() >>> 24;
    }
  }
  return code;
}
