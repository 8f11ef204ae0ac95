/** The client for boards as it was built: what it is made of, by content, for whoever writes it onto a board. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#lib/errors.ts';
import type { BoardFile } from '#lib/provision/files.ts';

const manifestSchema = z.object({
  version: z.string(),
  files: z.array(z.object({ name: z.string(), sha256: z.string(), bytes: z.number() })),
});

export interface ClientFiles {
  /** Throws client_not_built. */
  manifest(): {
    readonly version: string;
    readonly files: { readonly name: string; readonly sha256: string; readonly sizeBytes: number }[];
  };
  /** Throws client_file_not_found when the client has no file of that content. */
  read(sha256: string): Uint8Array<ArrayBuffer>;
}

export function createClientFiles(clientDir: string): ClientFiles {
  function manifest() {
    try {
      return readManifest(clientDir);
    } catch (cause) {
      throw new AppError('client_not_built', { cause });
    }
  }
  return {
    manifest() {
      const { version, files } = manifest();
      return { version, files: files.map(({ name, sha256, bytes }) => ({ name, sha256, sizeBytes: bytes })) };
    },
    read(sha256) {
      const file = manifest().files.find((each) => each.sha256 === sha256);
      if (!file) throw new AppError('client_file_not_found');
      return Uint8Array.from(readFileSync(join(clientDir, file.name)));
    },
  };
}

/** The version of the board's client that this hub brings along; undefined when it was not built. */
export function readClientVersion(clientDir: string): string | undefined {
  try {
    return readManifest(clientDir).version;
  } catch {
    return undefined;
  }
}

/** Every file of the client with its content. */
export function readClient(clientDir: string): readonly BoardFile[] {
  return readManifest(clientDir).files.map(({ name }) => ({
    path: name,
    content: readFileSync(join(clientDir, name)),
  }));
}

function readManifest(clientDir: string) {
  return manifestSchema.parse(JSON.parse(readFileSync(join(clientDir, 'manifest.json'), 'utf8')));
}
