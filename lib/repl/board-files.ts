/** Files over a raw REPL: each is written beside, read back as a hash, and takes its name only when that is the right one. */
import { bytesOfHex, hexOf } from '../protocol/bytes.ts';
import { pythonBytes, pythonString } from './python-text.ts';
import type { RawRepl } from './raw-repl.ts';
import { ReplError } from './repl-error.ts';

/** What is written at once: its text, a third longer, is parsed and decoded in a heap of 38 KB that is not one piece. */
const PIECE_BYTES = 384;
/** LittleFS may have to make room before it writes. */
const PIECE_MS = 20_000;

/** Names that a user's program does not have; they vanish with the reset that follows. */
const PRELUDE = `
import os
from hashlib import sha256
from binascii import a2b_base64 as _cm_b, hexlify as _cm_x
def _cm_hash(p):
    h = sha256()
    b = bytearray(256)
    try:
        with open(p, 'rb') as f:
            n = f.readinto(b)
            while n:
                h.update(memoryview(b)[:n])
                n = f.readinto(b)
    except OSError:
        return ''
    return str(_cm_x(h.digest()), 'ascii')
def _cm_end(p, h):
    _cm_f.close()
    n = _cm_hash(p + '~')
    if n == h:
        os.rename(p + '~', p)
    return n
def _cm_dir(p):
    try:
        os.mkdir(p)
    except OSError:
        pass
`;

export interface WrittenFile {
  readonly path: string;
  readonly content: Uint8Array;
}

export class BoardFileWriter {
  readonly #repl: RawRepl;
  readonly #folders = new Set<string>();
  #isReady = false;

  constructor(repl: RawRepl) {
    this.#repl = repl;
  }

  /** SHA-256 of each file that is there, by path. */
  async hashes(paths: readonly string[]): Promise<Map<string, string>> {
    const list = paths.map(pythonString).join(',');
    const lines = (await this.#run(`for p in (${list},):\n print(_cm_hash(p))`)).split('\r\n');
    return new Map(
      paths.flatMap((path, i): [string, string][] => {
        const hash = lines[i] ?? '';
        return bytesOfHex(hash)?.length === 32 ? [[path, hash]] : [];
      }),
    );
  }

  /** Makes the folders on the way to `path`. */
  async makeFolders(path: string): Promise<void> {
    const parts = path.split('/').slice(1, -1);
    const folders = parts
      .map((_, i) => `/${parts.slice(0, i + 1).join('/')}`)
      .filter((each) => !this.#folders.has(each));
    if (folders.length === 0) return;
    await this.#run(folders.map((folder) => `_cm_dir(${pythonString(folder)})`).join('\n'));
    for (const folder of folders) this.#folders.add(folder);
  }

  /**
   * The file is the new one, or what it was before; `onBytes` hears how much of it has been written. Opening goes with the first
   * piece and closing with the last: each word to the board costs a round trip.
   */
  async put({ path, content }: WrittenFile, onBytes: (bytes: number) => void = () => undefined): Promise<void> {
    const expected = await hashOf(content);
    let found = '';
    for (let at = 0; at === 0 || at < content.length; at += PIECE_BYTES) {
      const piece = content.subarray(at, at + PIECE_BYTES);
      const isLast = at + PIECE_BYTES >= content.length;
      const code = [
        ...(at === 0 ? [`_cm_f = open(${pythonString(`${path}~`)}, 'wb')`] : []),
        `_cm_n = _cm_f.write(${pythonBytes(piece, '_cm_b')})`,
        ...(isLast ? [`print(_cm_end(${pythonString(path)}, '${expected}'))`] : []),
      ];
      found = (await this.#run(code.join('\n'))).trim();
      onBytes(at + piece.length);
    }
    if (found !== expected) throw new ReplError('file_differs', `${path} on the board is not what was written.`, found);
  }

  async #run(code: string): Promise<string> {
    if (!this.#isReady) await this.#repl.run(PRELUDE);
    this.#isReady = true;
    return this.#repl.run(code, PIECE_MS);
  }
}

/** SHA-256 in hexadecimal, as the board prints it. */
export async function hashOf(content: Uint8Array): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(content))));
}
