/**
 * Where things lie in the flash of an ESP8266 with MicroPython, and what of it a clean install erases. From ports/esp8266:
 * modules/flashbdev.py, modules/inisetup.py, esp_init_data.c.
 */
import type { FlashMode } from './image.ts';

export const SECTOR_BYTES = 4096;
const MEGABYTE = 1024 * 1024;

/** `standard` has its files from 1 MB on; `flash_1m` behind the firmware, and neither asyncio nor FAT. */
export const firmwareVariants = ['standard', 'flash_1m'] as const;
export type FirmwareVariant = (typeof firmwareVariants)[number];

/** First byte of the file system; the firmware must end before it. */
const FILES_AT: Record<FirmwareVariant, number> = { standard: MEGABYTE, flash_1m: 0x99000 };
/** LittleFS keeps its superblock twice; the firmware makes a new file system if it mounts neither and the first is blank. */
const SUPERBLOCK_SECTORS = 2;
/** The SDK's own settings, the credentials of the last Wi-Fi among them. The sector before is the RF calibration: it stays. */
const SDK_SECTORS = 3;
const RF_DATA_FROM_END = 4 * SECTOR_BYTES;
/** The firmware writes missing RF data by itself, but up to here only. */
const RF_DATA_BY_FIRMWARE_MAX = 4 * MEGABYTE;
const RF_DATA_BYTES = 128;
/** How the table begins that every firmware carries. */
const RF_DATA_HEAD = [0x05, 0x00, 0x04, 0x02, 0x05, 0x05, 0x05, 0x02, 0x05, 0x00, 0x04, 0x05];

const SIZE_NIBBLES = new Map([
  [MEGABYTE, 0x20],
  [2 * MEGABYTE, 0x30],
  [4 * MEGABYTE, 0x40],
  [8 * MEGABYTE, 0x80],
  [16 * MEGABYTE, 0x90],
]);
const MODE_BYTES: Record<FlashMode, number> = { qio: 0, qout: 1, dio: 2, dout: 3 };

export interface Region {
  readonly address: number;
  readonly sizeBytes: number;
}

/** Undefined when there is no room for files at all. */
export function variantFor(flashBytes: number): FirmwareVariant | undefined {
  if (flashBytes < MEGABYTE) return undefined;
  return flashBytes < 2 * MEGABYTE ? 'flash_1m' : 'standard';
}

/** False when the firmware would reach into its own files. */
export function fitsInFlash(imageBytes: number, flashBytes: number): boolean {
  const variant = variantFor(flashBytes);
  return variant !== undefined && imageBytes <= FILES_AT[variant];
}

/** What to erase so that the firmware makes a new file system and knows no Wi-Fi. */
export function cleanRegions(imageBytes: number, flashBytes: number): Region[] {
  const superblocks = firmwareVariants
    .map((variant) => FILES_AT[variant])
    // A small variant on a large flash has its files where it would have them on a small one.
    .filter((address) => address >= imageBytes && address < flashBytes)
    .map((address) => ({ address, sizeBytes: SUPERBLOCK_SECTORS * SECTOR_BYTES }));
  const settings = SDK_SECTORS * SECTOR_BYTES;
  return [...superblocks, { address: flashBytes - settings, sizeBytes: settings }];
}

/** The image as it is to be written: the real size of the flash in its header, the mode as wished. */
export function withHeader(image: Uint8Array, flashBytes: number, mode?: FlashMode): Uint8Array {
  // The loader programs words.
  const padded = new Uint8Array((image.length + 3) & ~3).fill(0xff);
  padded.set(image);
  const nibble = SIZE_NIBBLES.get(flashBytes);
  if (nibble !== undefined) padded[3] = ((padded[3] ?? 0) & 0x0f) | nibble;
  if (mode) padded[2] = MODE_BYTES[mode];
  return padded;
}

/** Above 4 MB: the RF calibration data, taken from the firmware itself, and its place. Undefined where the firmware sees to it. */
export function rfData(image: Uint8Array, flashBytes: number): { address: number; data: Uint8Array } | undefined {
  if (flashBytes <= RF_DATA_BY_FIRMWARE_MAX) return undefined;
  for (let at = image.indexOf(0x05); at >= 0; at = image.indexOf(0x05, at + 1)) {
    if (!RF_DATA_HEAD.every((byte, i) => image[at + i] === byte)) continue;
    return { address: flashBytes - RF_DATA_FROM_END, data: image.slice(at, at + RF_DATA_BYTES) };
  }
  return undefined;
}
