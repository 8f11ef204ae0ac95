/** A hub on a free port, its API as the local `mbm` calls it, and boards that speak the wire over real sockets. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { LiveServerMessage } from '#lib/api/events.ts';
import type { Job, Provision, Run } from '#lib/api/schema.ts';
import { nodeCrypto } from '#lib/node/crypto.ts';
import { CLOSE_RECONNECT } from '#lib/protocol/frames.ts';
import type { BoardInfo } from '#lib/protocol/info.ts';
import type { HubOperation } from '#lib/protocol/operations.ts';
import { TEST_INFO, TestBoard } from '#lib/protocol/test-board.fixture.ts';
import { ROOT_DIR } from './config.ts';
import { type Overrides, type RunningHub, start } from './start.ts';
import { temporaryFolder } from './store/store.fixture.ts';

export const DEADLINE_MS = 30_000;

/** Rejects with what was waited for when it does not come. */
export function within<T>(promise: Promise<T>, what: string, ms = DEADLINE_MS): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`In ${ms} ms there was no ${what}.`)), ms);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // The tests look at what they expect; the schemas are checked where they are used.
  // biome-ignore lint/suspicious/noExplicitAny: tests only
  readonly body: any;
}

/** Starts a hub on data of its own; port 0 is any. */
export type Starter = (dataDir: string, port: number) => Promise<RunningHub>;

const inThisProcess: Starter = (dataDir, port) => startIn(dataDir, port, {});

export class TestHub {
  readonly folder: ReturnType<typeof temporaryFolder>;
  hub: RunningHub;
  readonly #starter: Starter;
  readonly #sockets = new Set<WebSocket>();

  private constructor(folder: ReturnType<typeof temporaryFolder>, hub: RunningHub, starter: Starter) {
    this.folder = folder;
    this.hub = hub;
    this.#starter = starter;
  }

  static async start(starter: Starter = inThisProcess): Promise<TestHub> {
    const folder = temporaryFolder();
    return new TestHub(folder, await starter(folder.dir, 0), starter);
  }

  /** On the same port and data, as a service manager does it. */
  async restart(): Promise<void> {
    const { port } = this.hub;
    await this.hub.stop();
    this.hub = await this.#starter(this.folder.dir, port);
  }

  async end(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    await this.hub.stop();
    this.folder.remove();
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = { authorization: `Bearer ${this.hub.localToken}` },
  ): Promise<Answer> {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${this.hub.url}/api/v1${path}`, {
      method,
      body: text,
      headers: { ...json, ...headers },
    });
    const answer = await response.text();
    return { status: response.status, headers: response.headers, body: answer === '' ? undefined : JSON.parse(answer) };
  }

  /** A live socket that has subscribed. */
  async live(
    headers: Record<string, string> = { authorization: `Bearer ${this.hub.localToken}` },
    after?: string,
  ): Promise<LiveSocket> {
    const socket = new WebSocket(`${this.hub.url.replace('http', 'ws')}/api/v1/live`, { headers });
    this.#sockets.add(socket);
    const live = new LiveSocket(socket);
    await within(once(socket, 'open'), 'open live socket');
    live.send({ type: 'subscribe', ...(after === undefined ? {} : { after }) });
    return live;
  }

  async addBoard(name: string): Promise<Provision> {
    const { status, body } = await this.call('POST', '/boards', { name });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body;
  }

  /** Added, connected, and its key rotated. */
  async onlineBoard(name: string, live: LiveSocket): Promise<ScriptedBoard> {
    const board = new ScriptedBoard(() => this.hub, await this.addBoard(name));
    board.connect();
    await board.rotated;
    await live.next(
      (message) =>
        message.type === 'board.changed' &&
        message.data.board.name === name &&
        message.data.board.state === 'online' &&
        board.isSettled,
    );
    return board;
  }

  async run(boards: string, code: string, more: object = {}): Promise<Job> {
    const { status, body } = await this.call('POST', '/jobs', { boards, code, ...more });
    if (status !== 202) throw new Error(JSON.stringify(body));
    return body;
  }

  async output(job: Job, run: Run | undefined = job.runs[0]): Promise<Answer['body']> {
    return (await this.call('GET', `/jobs/${job.id}/boards/${run?.boardId}/output`)).body;
  }
}

export function startIn(dataDir: string, port: number, overrides: Overrides): Promise<RunningHub> {
  const config = {
    port,
    host: '127.0.0.1',
    dataDir,
    logLevel: 'error',
    dev: false,
    console: false,
    rootDir: ROOT_DIR,
  } as const;
  return start(config, overrides);
}

type Predicate = (message: LiveServerMessage) => boolean;

export class LiveSocket {
  readonly socket: WebSocket;
  readonly heard: LiveServerMessage[] = [];
  readonly closed: Promise<number>;
  #wake: (() => void)[] = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', (code) => resolve(code)));
    socket.on('message', (data) => {
      this.heard.push(JSON.parse(String(data)));
      for (const wake of this.#wake.splice(0)) wake();
    });
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The first message, heard already or still to come, that is like that. */
  next(predicate: Predicate): Promise<LiveServerMessage> {
    const search = async () => {
      for (let at = 0; ; ) {
        for (; at < this.heard.length; at += 1) {
          const message = this.heard[at];
          if (message && predicate(message)) return message;
        }
        await new Promise<void>((resolve) => this.#wake.push(resolve));
      }
    };
    return within(search(), `message like ${predicate}; heard ${this.heard.map((message) => message.type)}`);
  }

  async ended(job: Job, at = 0): Promise<Run> {
    const { boardId } = job.runs[at] ?? { boardId: '' };
    const found = await this.next(
      (message) =>
        message.type === 'run.changed' &&
        message.data.jobId === job.id &&
        message.data.run.boardId === boardId &&
        message.data.run.endedAt !== null,
    );
    if (found.type !== 'run.changed') throw new Error('unreachable');
    return found.data.run;
  }

  async running(job: Job): Promise<void> {
    await this.next(
      (message) =>
        message.type === 'run.changed' && message.data.jobId === job.id && message.data.run.state === 'running',
    );
  }
}

type Journal = BoardInfo['job'];

/**
 * A board whose programs are a few words: `print TEXT`, `wait` (until an INT), `deaf` (for ever), `read` (a line of stdin, printed),
 * `raise`, `exit N`, `drop` (the link breaks). It keeps its journal over reconnects, as flash does.
 */
export class ScriptedBoard {
  readonly provision: Provision;
  readonly started: string[] = [];
  /** Resolves when the provisioning key has been replaced. */
  readonly rotated: Promise<void>;
  isSettled = false;
  journal: Journal = [0, 'none', 0];
  #hub: () => RunningHub;
  #key: Uint8Array;
  #epoch: number;
  #board: TestBoard | undefined;
  #socket: WebSocket | undefined;
  #program: { job: number; rid: number; stop: (why: 'interrupt') => void; input: (text: string) => void } | undefined;
  #markRotated: () => void;

  constructor(hub: () => RunningHub, provision: Provision) {
    this.provision = provision;
    this.#hub = hub;
    this.#key = Buffer.from(provision.key, 'hex');
    this.#epoch = provision.epoch;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.rotated = promise;
    this.#markRotated = resolve;
  }

  connect(): void {
    const socket = new WebSocket(`${this.#hub().url.replace('http', 'ws')}/device`, { perMessageDeflate: false });
    const info = { ...TEST_INFO, job: this.journal, ...(this.#program ? { run: this.#program.job } : {}) };
    const board = new TestBoard({
      crypto: nodeCrypto,
      boardId: Buffer.from(this.provision.board.id, 'hex'),
      key: this.#key,
      epoch: this.#epoch,
      info,
      send: (message) => socket.readyState === WebSocket.OPEN && socket.send(message),
      onOperation: (operation) => this.#answer(operation),
    });
    this.#board = board;
    this.#socket = socket;
    socket.on('open', () => board.connect());
    socket.on('message', (data) => data instanceof Uint8Array && board.receive(data));
    socket.on('error', () => {});
    socket.on('close', (code) => code === CLOSE_RECONNECT && this.#reconnectWithNextKey(board));
  }

  /** The link breaks; the program goes on. */
  drop(): void {
    this.#socket?.terminate();
  }

  /** Power is gone: the program with it. */
  powerCut(): void {
    this.drop();
    if (this.#program) this.journal = [this.#program.job, 'interrupted', 0];
    this.#program = undefined;
  }

  /** It ends without anybody being told. */
  finishUnseen(state: 'succeeded' | 'failed'): void {
    if (this.#program) this.journal = [this.#program.job, state, 0];
    this.#program = undefined;
  }

  print(text: string): void {
    if (this.#program) this.#board?.reply({ op: 'out', rid: this.#program.rid, bytes: Buffer.from(text) });
  }

  #reconnectWithNextKey(board: TestBoard): void {
    if (board.next) {
      this.#key = board.next.key;
      this.#epoch = board.next.epoch;
      this.isSettled = true;
    }
    this.connect();
    this.#markRotated();
  }

  #answer(operation: HubOperation): boolean {
    if (operation.op === 'exec') this.#exec(operation.job, operation.rid, operation.source);
    else if (operation.op === 'interrupt') this.#program?.stop('interrupt');
    else if (operation.op === 'input') this.#program?.input(Buffer.from(operation.bytes).toString());
    else return operation.op === 'credit';
    return true;
  }

  #exec(job: number, rid: number, source: string): void {
    const reply = this.#board?.reply.bind(this.#board);
    if (this.#program?.job === job) {
      this.#program.rid = rid;
      reply?.({ op: 'ok', rid, bytes: Buffer.alloc(0) });
      return;
    }
    if (this.#program) {
      reply?.({ op: 'error', rid, code: 'busy', message: 'Something else runs.' });
      return;
    }
    const [last, state, status] = this.journal;
    if (job > 0 && job <= last) {
      const ended = state === 'none' || state === 'started' ? 'interrupted' : state;
      reply?.({ op: 'done', rid, job, state: ended, status, traceback: '' });
      return;
    }
    this.journal = [job, 'started', 0];
    this.started.push(source);
    reply?.({ op: 'ok', rid, bytes: Buffer.alloc(0) });
    void this.#interpret(job, rid, source);
  }

  async #interpret(job: number, rid: number, source: string): Promise<void> {
    const { promise: interrupted, resolve: stop } = Promise.withResolvers<'interrupt'>();
    const { promise: line, resolve: input } = Promise.withResolvers<string>();
    const program = { job, rid, stop, input };
    this.#program = program;
    const done = (state: 'succeeded' | 'failed' | 'cancelled', status: number, traceback = '') => {
      if (this.#program !== program) return;
      this.journal = [job, state, status];
      this.#program = undefined;
      this.#board?.reply({ op: 'done', rid: program.rid, job, state, status, traceback });
    };
    const words: Record<string, (rest: string) => void | Promise<void>> = {
      print: (text) => this.print(`${text}\n`),
      read: async () => this.print(`read ${await line}`),
      drop: () => this.drop(),
      raise: () => done('failed', 1, 'Traceback (most recent call last):\nValueError: no\n'),
      exit: (status) => done('failed', Number(status)),
      wait: async () => {
        await interrupted;
        done('cancelled', 1, 'KeyboardInterrupt');
      },
      deaf: () => new Promise(() => {}),
    };
    for (const statement of source.split('\n')) {
      const [word = '', ...rest] = statement.split(' ');
      await words[word]?.(rest.join(' '));
    }
    done('succeeded', 0);
  }
}
