/** For tests of mbm: a real hub in this process, boards that speak the real wire and run a function for a program, mbm as a child. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { WebSocket } from 'ws';
import { ApiClient } from '#lib/api/client.ts';
import { nodeCrypto } from '#lib/node/crypto.ts';
import { type DoneState, START_CREDITS } from '#lib/protocol/frames.ts';
import type { HubOperation } from '#lib/protocol/operations.ts';
import { TEST_INFO, TestBoard } from '#lib/protocol/test-board.fixture.ts';
import { readConfig } from '#server/config.ts';
import { type RunningHub, start } from '#server/start.ts';

export const ROOT = resolve(import.meta.dirname, '..');

/** What a scripted program can do. */
export interface ProgramRun {
  readonly source: string;
  print(text: string): void;
  /** Resolves when the hub sent an interrupt. */
  readonly interrupted: Promise<void>;
}

export interface ProgramEnd {
  readonly state?: DoneState;
  readonly status?: number;
  readonly traceback?: string;
}

// biome-ignore lint/suspicious/noConfusingVoidType: a program that just returns has ended well
export type Program = (run: ProgramRun) => Promise<ProgramEnd | void> | ProgramEnd | void;

export interface MbmResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface MbmProcess {
  readonly child: ChildProcess;
  readonly done: Promise<MbmResult>;
  /** Resolves when stdout holds the text. */
  printed(text: string): Promise<void>;
  said(text: string): Promise<void>;
}

export interface MbmOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly entry?: string;
  readonly node?: string;
}

export class Rig {
  readonly dataDir: string;
  hub: RunningHub;
  readonly #cleanups: (() => void)[] = [];

  private constructor(dataDir: string, hub: RunningHub) {
    this.dataDir = dataDir;
    this.hub = hub;
  }

  static async start(): Promise<Rig> {
    const dataDir = await mkdtemp(join(tmpdir(), 'mbm-test-'));
    return new Rig(dataDir, await startHub(dataDir, 0));
  }

  get client(): ApiClient {
    return new ApiClient({ baseUrl: this.hub.url, token: this.hub.localToken });
  }

  /** On the same port and data folder, as after a restart. */
  async restartHub(meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
    const { port } = this.hub;
    await this.hub.stop();
    await meanwhile();
    this.hub = await startHub(this.dataDir, port);
  }

  async stop(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
    await this.hub.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  mbm(args: readonly string[], options: MbmOptions = {}): MbmProcess {
    const run = runMbm(args, { ...options, env: { CLOUDMANAGER_DATA: this.dataDir, ...options.env } });
    this.#cleanups.push(() => run.child.kill('SIGKILL'));
    return run;
  }

  /** Adds a board and resolves when it is on line with its second key. */
  async addBoard(name: string, program: Program): Promise<void> {
    const { board, key, epoch } = await this.client.createBoard(name);
    const secret = { key: new Uint8Array(Buffer.from(key, 'hex')), epoch };
    let isOver = false;
    this.#cleanups.push(() => {
      isOver = true;
    });
    const connect = (): void => {
      if (isOver) return;
      const ws = new WebSocket(`ws://127.0.0.1:${this.hub.port}/device`, { perMessageDeflate: false });
      this.#cleanups.push(() => ws.terminate());
      const device = new TestBoard({
        crypto: nodeCrypto,
        boardId: new Uint8Array(Buffer.from(board.id, 'hex')),
        ...secret,
        info: TEST_INFO,
        send: (message) => ws.send(message),
        onOperation: createInterpreter(program),
      });
      ws.on('open', () => device.connect());
      ws.on('message', (data) => data instanceof Uint8Array && device.receive(data));
      ws.on('error', () => undefined);
      ws.on('close', () => {
        Object.assign(secret, device.next ?? {});
        setTimeout(connect, 50);
      });
    };
    connect();
    await until(async () => (await this.client.board(board.id)).state === 'online' && secret.epoch > epoch);
  }
}

function startHub(dataDir: string, port: number): Promise<RunningHub> {
  const config = readConfig(['--port', String(port), '--data', dataDir], { NODE_ENV: 'test' });
  return start({ ...config, logLevel: 'error', console: false });
}

/** Answers EXEC, IN, INT and CREDIT: output waits for credit as on a board. */
function createInterpreter(program: Program): (operation: HubOperation, board: TestBoard) => boolean {
  let credits = START_CREDITS;
  const queue: (() => void)[] = [];
  let interrupt: () => void = () => undefined;
  const flush = () => {
    while (credits > 0 && queue.length > 0) {
      credits -= 1;
      queue.shift()?.();
    }
  };
  return (operation, board) => {
    if (operation.op === 'credit') credits += operation.count;
    if (operation.op === 'interrupt') interrupt();
    if (operation.op === 'exec') {
      credits = START_CREDITS;
      const interrupted = new Promise<void>((done) => {
        interrupt = done;
      });
      void execute(operation, board, interrupted);
    }
    flush();
    return ['credit', 'interrupt', 'exec', 'input'].includes(operation.op);
  };

  async function execute(
    { rid, job, source }: Extract<HubOperation, { op: 'exec' }>,
    board: TestBoard,
    interrupted: Promise<void>,
  ) {
    board.reply({ op: 'ok', rid, bytes: new Uint8Array(0) });
    const print = (text: string) => {
      for (const bytes of pieces(Buffer.from(text))) queue.push(() => board.reply({ op: 'out', rid, bytes }));
      flush();
    };
    const end = (await program({ source, print, interrupted })) ?? {};
    const { state = 'succeeded', status = 0, traceback = '' } = end;
    await until(async () => queue.length === 0);
    board.reply({ op: 'done', rid, job, state, status, traceback });
  }
}

function pieces(bytes: Uint8Array): Uint8Array[] {
  const size = 400;
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.slice(at * size, (at + 1) * size));
}

export function runMbm(args: readonly string[], { env = {}, stdin, entry, node }: MbmOptions = {}): MbmProcess {
  const child = spawn(node ?? process.execPath, [join(ROOT, entry ?? 'cli/main.ts'), ...args], {
    // Nothing of this process's environment but what a program needs to run, so that no hub of the developer's is found.
    env: { NODE_ENV: 'test', PATH: dirname(process.execPath), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  const waiters = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      for (const look of [...waiters]) look();
    });
  }
  child.stdin.end(stdin ?? '');
  const done = new Promise<MbmResult>((finish) => child.on('close', (code) => finish({ code, ...text })));
  const contains = (name: 'stdout' | 'stderr', wanted: string) =>
    new Promise<void>((found, failed) => {
      const look = () => {
        if (!text[name].includes(wanted)) return;
        waiters.delete(look);
        found();
      };
      waiters.add(look);
      look();
      void done.then(() => failed(new Error(`mbm ended without "${wanted}": ${text.stdout}\n${text.stderr}`)));
    });
  return { child, done, printed: (wanted) => contains('stdout', wanted), said: (wanted) => contains('stderr', wanted) };
}

/** A deadline of ten seconds; the condition is looked at often. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('It did not happen within 10 s.');
    await new Promise((done) => setTimeout(done, 10));
  }
}
