/**
 * A board for a test: the compiled client on the real 32-bit MicroPython with the heap of an ESP8266, its files in a
 * temporary folder, its hub a HubPeer. `start` runs it, and again after it has asked for a reset.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { boardFiles } from '#lib/provision/files.ts';
import { ensureMicropython } from '../../scripts/micropython-linux.mjs';
import { loadClient } from '../tools/build.ts';
import { DEADLINE_MS, HubPeer, type Peer } from './hub-peer.fixture.ts';

export const BOARD_ID = Uint8Array.from({ length: 16 }, (_, i) => 0x40 + i);
export const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);
/** Pumped by a loop of its own: for what the client costs without a port. */
export const PUMP_RUNNER = fileURLToPath(new URL('pump_board.py', import.meta.url));
const RUNNER = fileURLToPath(new URL('../linux_board.py', import.meta.url));

export class LinuxBoard {
  readonly folder: string;
  readonly hub: HubPeer;
  readonly #micropython: string;
  #process: ChildProcess | undefined;
  /** What it has written to its console, which is not the hub's. */
  console = '';

  private constructor(folder: string, hub: HubPeer, micropython: string) {
    this.folder = folder;
    this.hub = hub;
    this.#micropython = micropython;
  }

  static async provision(extra: Readonly<Record<string, string>> = {}, hubUrls?: string[]): Promise<LinuxBoard> {
    const hub = await HubPeer.listen();
    const folder = await mkdtemp(join(tmpdir(), 'cm-board-'));
    const board = new LinuxBoard(folder, hub, (await ensureMicropython()).path);
    const { files: client } = await loadClient();
    const provision = { boardId: BOARD_ID, key: KEY, epoch: 1, hubUrls: hubUrls ?? [hub.url], client };
    for (const { path, content } of boardFiles(provision)) await board.write(path, content);
    for (const [path, content] of Object.entries(extra)) await board.write(path, content);
    return board;
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(join(this.folder, path)), { recursive: true });
    await writeFile(join(this.folder, path), content);
  }

  read(path: string): Promise<Buffer> {
    return readFile(join(this.folder, path));
  }

  start(runner = RUNNER): void {
    const child = spawn(this.#micropython, ['-X', 'heapsize=38k', runner, this.folder]);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.console += text;
      });
    }
    this.#process = child;
  }

  /** The next connection, authenticated and greeted; its INFO is read. */
  async link(keyOf: (epoch: number) => Uint8Array = () => KEY): Promise<Peer> {
    const peer = await (await this.hub.connection()).authenticate(keyOf);
    peer.welcome();
    await peer.expect('info');
    return peer;
  }

  async exited(): Promise<number | null> {
    const child = this.#process;
    if (!child) return null;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode;
  }

  /** What pump_board.py answers to a line: the next number on its console. */
  async freeBytes(): Promise<number> {
    const before = this.console.length;
    this.#process?.stdin?.write('\n');
    while (!this.console.endsWith('\n') || this.console.length === before) {
      await once(this.#process?.stdout ?? process.stdin, 'data', { signal: AbortSignal.timeout(DEADLINE_MS) });
    }
    return Number(this.console.trim().split('\n').at(-1));
  }

  kill(): void {
    this.#process?.kill('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.exited();
    await this.hub.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A board that is connected. */
export async function linkedBoard(
  extra?: Readonly<Record<string, string>>,
  runner?: string,
): Promise<{ board: LinuxBoard; peer: Peer; [Symbol.asyncDispose](): Promise<void> }> {
  const board = await LinuxBoard.provision(extra);
  board.start(runner);
  try {
    return { board, peer: await board.link(), [Symbol.asyncDispose]: () => board[Symbol.asyncDispose]() };
  } catch (error) {
    const { console } = board;
    await board[Symbol.asyncDispose]();
    throw new Error(`The board did not connect. ${console}`, { cause: error });
  }
}
