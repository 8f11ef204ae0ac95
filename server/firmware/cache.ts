/** Firmware files in the data folder, each under its SHA-256, and which download is which file. */
import { hash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#lib/errors.ts';
import { writePrivateFile } from '#server/store/secrets.ts';

const rowSchema = z.object({
  /** Of the listing. */
  id: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.number().int(),
  cachedAt: z.number(),
});
export type CachedFirmware = z.infer<typeof rowSchema>;

export interface FirmwareCache {
  list(): readonly CachedFirmware[];
  find(id: string): CachedFirmware | undefined;
  holds(sha256: string): boolean;
  /** Writes the file; its name is what it answers. */
  put(bytes: Uint8Array): string;
  remember(row: CachedFirmware): void;
  forget(id: string): void;
  /** Undefined when it is not there, or not what it was: then it is deleted. */
  read(sha256: string): Uint8Array<ArrayBuffer> | undefined;
  /** Deletes the file unless a download is still known to be it. */
  drop(sha256: string): void;
}

/** Throws hub_storage_full from whatever writes. */
export function openCache(dir: string): FirmwareCache {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  const indexFile = join(dir, 'files.json');
  const fileOf = (sha256: string) => join(dir, `${sha256}.bin`);
  let rows = readIndex(indexFile);

  function save(next: readonly CachedFirmware[]): void {
    write(indexFile, JSON.stringify(next));
    rows = next;
  }

  return {
    list: () => rows,
    find: (id) => rows.find((row) => row.id === id),
    holds: (sha256) => rows.some((row) => row.sha256 === sha256),
    put(bytes) {
      const sha256 = hash('sha256', bytes);
      write(fileOf(sha256), bytes);
      return sha256;
    },
    remember: (row) => save([...rows.filter(({ id }) => id !== row.id), row]),
    forget: (id) => save(rows.filter((row) => row.id !== id)),
    read(sha256) {
      const bytes = readOrNothing(fileOf(sha256));
      if (bytes && hash('sha256', bytes) === sha256) return bytes;
      rmSync(fileOf(sha256), { force: true });
      if (rows.some((row) => row.sha256 === sha256)) save(rows.filter((row) => row.sha256 !== sha256));
      return undefined;
    },
    drop(sha256) {
      if (!rows.some((row) => row.sha256 === sha256)) rmSync(fileOf(sha256), { force: true });
    },
  };
}

function readOrNothing(file: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(readFileSync(file));
  } catch {
    return undefined;
  }
}

/** A damaged index costs a few downloads. */
function readIndex(file: string): readonly CachedFirmware[] {
  try {
    return z.array(rowSchema).parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return [];
  }
}

function write(file: string, content: string | Uint8Array): void {
  try {
    writePrivateFile(file, content);
  } catch (error) {
    rmSync(`${file}.new`, { force: true });
    const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
    throw full ? new AppError('hub_storage_full', { cause: error }) : error;
  }
}
