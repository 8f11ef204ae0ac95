/**
 * The board's files inside the flash image, where LittleFS would keep them: lost when their region is erased or written over, kept
 * when not, and moved by reading flash out and writing it back. The format is our own (a mark, a length, a hash, JSON);
 * MicroPython's rules are kept: a blank first sector is formatted, anything else that is no file system is "corrupt".
 * Also the SDK's own settings in the last 20 KB: station, access point, and what they were set to.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { FileTree } from '../board/messages.ts';
import type { Firmware } from './firmware-image.ts';
import { type FlashMemory, SECTOR_BYTES } from './flash-memory.ts';

/** flashbdev.py: what the SDK keeps at the end of flash. */
const SDK_SECTORS = 5;
/** Linker scripts: where the file system begins, after the code. */
const FILES_AT = { '2M': 0x100000, '1M': 0x99000 } as const;
const MARK = Buffer.from('littlefs-like/1\n');
const HEADER_BYTES = MARK.length + 4 + 32;

export interface Region {
  readonly at: number;
  readonly bytes: number;
}

/** undefined: this firmware has no room for files on this flash, as the 2 MB variant on a chip of 1 MB. */
export function filesRegion(firmware: Firmware, flash: FlashMemory): Region | undefined {
  const at = FILES_AT[firmware.variant];
  const end = firmware.flashBytes - SDK_SECTORS * SECTOR_BYTES;
  return end > at && end <= flash.size ? { at, bytes: end - at } : undefined;
}

export function sdkRegion(flash: FlashMemory): Region {
  const bytes = SDK_SECTORS * SECTOR_BYTES;
  return { at: flash.size - bytes, bytes };
}

const treeSchema = z.record(z.string(), z.string().nullable());

export type StoredFiles = { readonly state: 'blank' | 'corrupt' } | { readonly state: 'good'; readonly tree: FileTree };

export function readFiles(flash: FlashMemory, region: Region): StoredFiles {
  const text = readRecord(flash, region);
  if (text === undefined) {
    const firstSector = flash.read(region.at, SECTOR_BYTES);
    return { state: firstSector.every((byte) => byte === 0xff) ? 'blank' : 'corrupt' };
  }
  const tree = new Map<string, Uint8Array | null>();
  for (const [path, content] of Object.entries(treeSchema.parse(JSON.parse(text)))) {
    tree.set(path, content === null ? null : Buffer.from(content, 'base64'));
  }
  return { state: 'good', tree };
}

/** Answers whether there was room; without it flash stays as it is. */
export function writeFiles(flash: FlashMemory, region: Region, tree: FileTree): boolean {
  const entries = [...tree].map(([path, content]) => [path, content && Buffer.from(content).toString('base64')]);
  return writeRecord(flash, region, JSON.stringify(Object.fromEntries(entries)));
}

/** The text last written to a region, if it is still whole. */
export function readRecord(flash: FlashMemory, { at, bytes }: Region): string | undefined {
  const header = Buffer.from(flash.read(at, HEADER_BYTES));
  if (!header.subarray(0, MARK.length).equals(MARK)) return undefined;
  const length = header.readUInt32LE(MARK.length);
  if (length > bytes - HEADER_BYTES) return undefined;
  const text = flash.read(at + HEADER_BYTES, length);
  return hashOf(text).equals(header.subarray(MARK.length + 4)) ? Buffer.from(text).toString() : undefined;
}

/** The firmware erases and writes as it needs; how often it does so is not modelled. */
export function writeRecord(flash: FlashMemory, { at, bytes }: Region, text: string): boolean {
  const content = Buffer.from(text);
  if (content.length > bytes - HEADER_BYTES) return false;
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length);
  const record = Buffer.concat([MARK, length, hashOf(content), content]);
  flash.eraseSectors(at / SECTOR_BYTES, Math.ceil(record.length / SECTOR_BYTES));
  flash.program(at, record);
  return true;
}

function hashOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
