/**
 * The contract's board on a serial port: hardware, or the emulated chip on a pseudo-terminal (emulator/plug-in.ts). It must run
 * MicroPython already; what Cloudmanager and its user have put on it is replaced.
 */
import { execFileSync } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { ReadStream, WriteStream } from 'node:tty';
import type { BoardFile } from '#lib/provision/files.ts';
import { BoardFileWriter } from '#lib/repl/board-files.ts';
import { type ByteStream, deadlineIn } from '#lib/repl/byte-stream.ts';
import { RawRepl } from '#lib/repl/raw-repl.ts';
import type { BoardTarget, Network, TargetBoard } from './board-target.ts';

const BAUD = '115200';
const ENTER_MS = 20_000;
/** A board of megabytes erases block by block. */
const WIPE_MS = 60_000;
const RESET = 'import machine\nmachine.reset()';
/** Us, the user's program, and what the suite's own programs leave behind. */
const WIPE = `
import os
def _wipe(p):
    try:
        for n in os.listdir(p):
            _wipe(p + '/' + n)
        os.rmdir(p)
    except OSError:
        try:
            os.remove(p)
        except OSError:
            pass
for p in ('/cm', '/app', '/boot.py', '/main.py', '/count', '/kept.txt'):
    _wipe(p)
`;

export function ttyTarget(path: string, network: Network): BoardTarget {
  return {
    name: `board at ${path}`,
    platform: /./,
    leastFreeBytes: undefined,
    canResetItself: true,
    hasResetButton: false,
    network,
    start: async (files) => new TtyBoard(path).begin(files),
  };
}

class TtyBoard implements TargetBoard, ByteStream {
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  #text = '';

  constructor(path: string) {
    execFileSync('stty', ['-F', path, BAUD, 'raw', '-echo']);
    this.#input = new ReadStream(openSync(path, constants.O_RDONLY | constants.O_NOCTTY));
    this.#output = new WriteStream(openSync(path, constants.O_WRONLY | constants.O_NOCTTY));
    this.#input.on('data', (bytes: Buffer) => {
      this.#text += bytes.toString();
    });
  }

  async begin(files: readonly BoardFile[]): Promise<this> {
    await this.#inRawRepl(async (repl) => {
      await repl.run(WIPE, WIPE_MS);
      const writer = new BoardFileWriter(repl);
      for (const file of files) {
        await writer.makeFolders(file.path);
        await writer.put(file);
      }
    });
    await this.reset();
    return this;
  }

  reset(): Promise<void> {
    return this.#inRawRepl((repl) => repl.start(RESET));
  }

  /** The board is left without us: it would go on dialling a hub that is gone. */
  async stop(): Promise<void> {
    await this.#inRawRepl(async (repl) => {
      await repl.run(WIPE, WIPE_MS);
      await repl.start(RESET);
    });
    this.#input.destroy();
    this.#output.destroy();
  }

  console(): string {
    return this.#text;
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#output.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  listen(onBytes: (bytes: Uint8Array) => void, onEnd: (reason: Error) => void): () => void {
    this.#input.on('data', onBytes);
    this.#input.once('error', onEnd);
    return () => {
      this.#input.off('data', onBytes);
      this.#input.off('error', onEnd);
    };
  }

  async #inRawRepl<T>(work: (repl: RawRepl) => Promise<T>): Promise<T> {
    const repl = new RawRepl(this);
    try {
      await repl.enter({ deadline: deadlineIn(ENTER_MS), softReset: false });
      return await work(repl);
    } finally {
      repl.close();
    }
  }
}
