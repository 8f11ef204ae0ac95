/** The client for boards as it was built: what it is made of, by content, for whoever writes it onto a board. */
import { createHash } from 'node:crypto';
import { AppError } from '#lib/errors.ts';
import { readBoardClient } from '#lib/node/board-client.ts';

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
  function client() {
    try {
      return readBoardClient(clientDir);
    } catch (cause) {
      throw new AppError('client_not_built', { cause });
    }
  }
  return {
    manifest() {
      const { version, files } = client();
      return {
        version,
        files: files.map(({ path, content }) => ({
          name: path,
          sha256: sha256Of(content),
          sizeBytes: content.length,
        })),
      };
    },
    read(sha256) {
      const file = client().files.find(({ content }) => sha256Of(content) === sha256);
      if (!file) throw new AppError('client_file_not_found');
      return Uint8Array.from(file.content);
    },
  };
}

/** The version of the board's client that this hub brings along; undefined when it was not built. */
export function readClientVersion(clientDir: string): string | undefined {
  try {
    return readBoardClient(clientDir).version;
  } catch {
    return undefined;
  }
}

const sha256Of = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');
