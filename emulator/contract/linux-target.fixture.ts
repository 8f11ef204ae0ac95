/** The contract's board as a process of the 32-bit MicroPython for Linux, with the heap of an ESP8266 and a folder as its flash. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureMicropython } from '../../scripts/micropython-linux.mjs';
import type { BoardTarget, TargetBoard } from './board-target.ts';

const RUNNER = fileURLToPath(new URL('../../device/linux_board.py', import.meta.url));
const HEAP = '38k';
/** Exit status of the runner after machine.reset(). */
const WANTS_RESET = 3;
const BITS_OF_A_BOARD = 32;

/** Undefined where this system has no MicroPython and none can be installed. */
export async function linuxTarget(): Promise<BoardTarget | undefined> {
  if (process.platform !== 'linux') return undefined;
  const { path, bits } = await ensureMicropython();
  return {
    name: 'Linux MicroPython',
    platform: /^linux$/,
    leastFreeBytes: bits === BITS_OF_A_BOARD ? 22 * 1024 : undefined,
    canResetItself: true,
    hasResetButton: true,
    async start(files) {
      const folder = await mkdtemp(join(tmpdir(), 'cloudmanager-board-'));
      for (const file of files) {
        await mkdir(dirname(join(folder, file.path)), { recursive: true });
        await writeFile(join(folder, file.path), file.content);
      }
      return new LinuxBoard(path, folder).begin();
    },
  };
}

class LinuxBoard implements TargetBoard {
  readonly #micropython: string;
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #text = '';

  constructor(micropython: string, folder: string) {
    this.#micropython = micropython;
    this.#folder = folder;
  }

  begin(): this {
    const child = spawn(this.#micropython, ['-X', `heapsize=${HEAP}`, RUNNER, this.#folder]);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#text += text;
      });
    }
    child.once('exit', (code) => {
      if (code === WANTS_RESET && this.#child === child) this.begin();
    });
    this.#child = child;
    return this;
  }

  async reset(): Promise<void> {
    await this.#kill();
    this.begin();
  }

  async stop(): Promise<void> {
    await this.#kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  console(): string {
    return this.#text;
  }

  async #kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}
