/**
 * Boards of `board-simulate`: added through the API, run by emulator/simulate.ts in a child process, removed at the end. A record in
 * the data folder lets the next start remove those of an mbm that was killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { isApiError } from '#lib/api/api-error.ts';
import { DEVICE_PATH } from '#lib/api/events.ts';
import { boardIdSchema, type Provision } from '#lib/api/schema.ts';
import { entryPath } from './config.ts';
import { cliError } from './failure.ts';
import { type HubConnection, isAlive } from './hub-connection.ts';

const RECORD = /^simulated-(\d+)\.json$/;
const recordSchema = z.object({ url: z.string(), boardIds: z.array(boardIdSchema) });
const reportSchema = z.object({ started: z.string() });

export class Simulation {
  readonly boards: readonly Provision[];
  /** Resolves when the boards have ended without being asked to. */
  readonly broken: Promise<void>;
  readonly #hub: HubConnection;
  readonly #record: string;
  readonly #child: ChildProcess;
  #errors = '';

  private constructor(hub: HubConnection, record: string, boards: readonly Provision[]) {
    this.#hub = hub;
    this.#record = record;
    this.boards = boards;
    // Not in our process group's way: it ignores Ctrl-C and ends when its stdin does.
    this.#child = spawn(process.execPath, [entryPath('simulate', 'emulator/simulate.ts')], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.broken = once(this.#child, 'exit').then(() => undefined);
    this.#child.stderr?.on('data', (chunk) => {
      this.#errors = (this.#errors + chunk).slice(-2000);
    });
  }

  /** Resolves when every board runs; whether it reaches the hub is the hub's to tell. */
  static async start(hub: HubConnection, dataDir: string, prefix: string, count: number): Promise<Simulation> {
    await removeLeftovers(hub, dataDir);
    const boards = await addBoards(hub, prefix, count);
    const record = join(dataDir, `simulated-${process.pid}.json`);
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(record, JSON.stringify({ url: hub.url, boardIds: boards.map(({ board }) => board.id) }), {
      mode: 0o600,
    });
    const simulation = new Simulation(hub, record, boards);
    try {
      await simulation.#powerOn();
      return simulation;
    } catch (error) {
      await simulation.stop();
      throw error;
    }
  }

  get url(): string {
    return this.#hub.url;
  }

  /** What the boards' process wrote last, for the one who has to say why it ended. */
  get errors(): string {
    return this.#errors.trim();
  }

  /** Ends the boards and removes them from the hub. */
  async stop(): Promise<void> {
    this.#child.stdin?.end();
    await this.broken;
    await removeBoards(
      this.#hub,
      this.boards.map(({ board }) => board.id),
    );
    rmSync(this.#record, { force: true });
  }

  async #powerOn(): Promise<void> {
    const { stdin, stdout } = this.#child;
    if (!stdin || !stdout) throw new Error('The virtual boards have no pipes.');
    // Its end is told by `broken`; writing into a process that has died must not end this one.
    stdin.on('error', () => undefined);
    const order = {
      hubUrl: deviceUrl(this.#hub.url),
      boards: this.boards.map(({ board, key, epoch }) => ({ name: board.name, id: board.id, key, epoch })),
    };
    stdin.write(`${JSON.stringify(order)}\n`);
    let started = 0;
    const allStarted = new Promise<'started'>((resolve) => {
      createInterface({ input: stdout }).on('line', (line) => {
        if (reportSchema.safeParse(JSON.parse(line)).success) started += 1;
        if (started === this.boards.length) resolve('started');
      });
    });
    const first = await Promise.race([allStarted, this.broken]);
    if (first !== 'started') throw cliError('board_error', `The virtual boards did not start. ${this.errors}`);
  }
}

/** A board's network knows IPv4 only, and `localhost` may be something else. */
function deviceUrl(url: string): string {
  return url.replace(/^http/, 'ws').replace('//localhost', '//127.0.0.1').replace(/\/+$/, '') + DEVICE_PATH;
}

/** Names that are free, from PREFIX-1 up: a board that has such a name already is somebody's. */
async function addBoards(hub: HubConnection, prefix: string, count: number): Promise<readonly Provision[]> {
  const { boards } = await hub.client.boards();
  const taken = new Set(boards.map((board) => board.name));
  const added: Provision[] = [];
  for (let number = 1; added.length < count; number += 1) {
    const name = `${prefix}-${number}`;
    if (!taken.has(name)) added.push(await hub.client.createBoard(name));
  }
  return added;
}

async function removeBoards(hub: HubConnection, ids: readonly z.infer<typeof boardIdSchema>[]): Promise<void> {
  for (const id of ids) {
    await hub.client.removeBoard(id).catch((error: unknown) => {
      if (!isApiError(error) || error.code !== 'board_not_found') throw error;
    });
  }
}

async function removeLeftovers(hub: HubConnection, dataDir: string): Promise<void> {
  for (const file of listRecords(dataDir)) {
    const pid = Number(RECORD.exec(file)?.[1]);
    if (isAlive(pid)) continue;
    const path = join(dataDir, file);
    const record = recordSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (record.data?.url !== hub.url && record.success) continue;
    await removeBoards(hub, record.data?.boardIds ?? []);
    rmSync(path, { force: true });
  }
}

function listRecords(dataDir: string): readonly string[] {
  try {
    return readdirSync(dataDir).filter((name) => RECORD.test(name));
  } catch {
    return [];
  }
}
