/** The boards' client as device/tools/build.ts made it: read, and checked to be whole, before a board is made of it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#lib/errors.ts';
import type { BoardFile } from '#lib/provision/files.ts';

export interface BoardClient {
  readonly version: string;
  /** boot.py, main.py and the modules, by bare name. */
  readonly files: readonly BoardFile[];
}

const manifestSchema = z.object({
  version: z.string(),
  files: z.array(z.object({ name: z.string(), sha256: z.string() })),
});

/** Throws virtual_board_failed when it was not built, or when its files are of different builds. */
export function readBoardClient(folder: string): BoardClient {
  const { version, files } = readManifest(folder);
  return {
    version,
    files: files.map(({ name, sha256 }) => ({ path: name, content: readWhole(folder, name, sha256) })),
  };
}

function readManifest(folder: string): z.infer<typeof manifestSchema> {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')));
  } catch (cause) {
    throw new AppError('virtual_board_failed', { message: `The boards’ client is not built in ${folder}.`, cause });
  }
}

function readWhole(folder: string, name: string, sha256: string): Uint8Array {
  const content = readIfThere(join(folder, name));
  if (content && createHash('sha256').update(content).digest('hex') === sha256) return content;
  const message = `The boards’ client in ${folder} is not whole: ${name} is ${content ? 'of another build' : 'missing'}.`;
  throw new AppError('virtual_board_failed', { message });
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
