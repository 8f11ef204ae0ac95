import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EventMap } from '#lib/api/events.ts';
import type { BoardId, Run } from '#lib/api/schema.ts';
import { AppError } from '#lib/errors.ts';
import { TEST_INFO } from '#lib/protocol/test-board.fixture.ts';
import type { ExecRequest, ExecResult } from '#server/hub/hub.ts';
import { FakeClock } from '#server/session/fake-clock.fixture.ts';
import { newJobId } from '#server/store/ids.ts';
import type { JobRow } from '#server/store/jobs.ts';
import { aBoard, reopen, temporaryFolder } from '#server/store/store.fixture.ts';
import type { Store } from '#server/store/store.ts';
import { RECONNECT_GRACE_MS, RESTART_GRACE_MS, Runner, STOP_WITHIN_MS } from './runner.ts';

interface Sent extends ExecRequest {
  readonly boardId: BoardId;
  readonly end: (result: ExecResult) => void;
  readonly fail: (error: unknown) => void;
  interrupts: number;
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let clock: FakeClock;
let runner: Runner;
let connected: Set<BoardId>;
let sent: Sent[];
let refusal: AppError | undefined;
let changes: Run[];

const hub = {
  isConnected: (boardId: BoardId) => connected.has(boardId),
  isIdle: (boardId: BoardId) => connected.has(boardId),
  execute(boardId: BoardId, request: ExecRequest) {
    if (refusal) throw refusal;
    const { promise: done, resolve: end, reject: fail } = Promise.withResolvers<ExecResult>();
    const one: Sent = { ...request, boardId, end, fail, interrupts: 0 };
    sent.push(one);
    return {
      done,
      input: () => {},
      interrupt: () => {
        one.interrupts += 1;
      },
    };
  },
};

const bus = {
  publish: (_team: unknown, name: string, data: unknown) => {
    if (name === 'run.changed') changes.push((data as EventMap['run.changed']).run);
  },
};

function newRunner(): Runner {
  return new Runner({ store, hub, bus, clock, log: quiet });
}

beforeEach(() => {
  folder = temporaryFolder();
  store = reopen(folder.dir);
  clock = new FakeClock();
  connected = new Set();
  sent = [];
  changes = [];
  refusal = undefined;
  runner = newRunner();
});
afterEach(() => {
  runner.stop();
  store.close();
  folder.remove();
});

/** Lets the turns of the event loop pass in which the runner serves boards and commits. */
async function turns(count = 6): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function aJob(boards: number, more: Partial<JobRow> = {}) {
  const team = await store.users.ensureFirstTeam('A', 1);
  const stored = Array.from({ length: boards }, (_, number) => aBoard(team.id, number + 1));
  await Promise.all(stored.map((board) => store.boards.insertBoard(board)));
  const now = clock.now();
  const job: JobRow = {
    id: newJobId(now),
    teamId: team.id,
    kind: 'execute',
    code: 'x',
    createdAt: now,
    createdBy: 'me',
    timeoutMs: null,
    waitMs: 0,
    unknown: [],
    ...more,
  };
  const fresh = stored.map((board) => ({
    boardId: board.id,
    boardName: board.name,
    state: 'queued' as const,
    queuedAt: now,
    endedAt: null,
    reason: null,
  }));
  const rows = await store.jobs.insertJob(job, fresh);
  return { job, rows, boardId: stored[0]!.id };
}

const connect = (boardId: BoardId, info: Partial<typeof TEST_INFO> = {}) => {
  connected.add(boardId);
  runner.onConnected(boardId, { ...TEST_INFO, ...info });
};
const disconnect = (boardId: BoardId) => {
  connected.delete(boardId);
  sent.at(-1)?.fail(new AppError('board_link_lost'));
  runner.onDisconnected(boardId, clock.now());
};
const stateNow = () => changes.at(-1)?.state;

async function aRunningJob(more: Partial<JobRow> = {}) {
  const made = await aJob(1, more);
  connected.add(made.boardId);
  runner.add(made.job, made.rows);
  await turns();
  sent[0]!.onStarted();
  return { ...made, open: runner.find(made.job.id, made.boardId)! };
}

it('sends what waits when its board comes, with the number that the board keeps', async () => {
  const { job, rows, boardId } = await aJob(1, { waitMs: 60_000 });
  runner.add(job, rows);
  await turns();
  expect(sent).toEqual([]);
  connect(boardId);
  await turns();
  expect(sent).toMatchObject([{ boardId, job: 1, source: 'x' }]);
  expect(runner.lastJobOf(boardId)).toBe(1);
  expect(stateNow()).toBe('sent');
});

it('what is on its way is in the database before it is sent', async () => {
  const { job, rows, boardId } = await aJob(1);
  connected.add(boardId);
  const states: string[] = [];
  const spied = {
    ...hub,
    execute: (...given: Parameters<typeof hub.execute>) => {
      void store.jobs.findRun(job.teamId, job.id, boardId).then((row) => states.push(row?.state ?? ''));
      return hub.execute(...given);
    },
  };
  runner.stop();
  runner = new Runner({ store, hub: spied, bus, clock, log: quiet });
  runner.add(job, rows);
  await turns();
  expect(states).toEqual(['sent']);
});

it('a run outlives a short absence of its board, and no long one', async () => {
  const { job, rows, boardId } = await aJob(1);
  connected.add(boardId);
  runner.add(job, rows);
  runner.onDisconnected(boardId, clock.now());
  connected.delete(boardId);
  await clock.advance(RECONNECT_GRACE_MS - 1);
  await turns();
  expect(stateNow()).not.toBe('expired');
  await clock.advance(1);
  await turns();
  expect(changes.at(-1)).toMatchObject({ state: 'expired', reason: 'The board is off line.' });
});

it('after a restart of the hub there is time for all boards to come back', async () => {
  const { job, rows, boardId } = await aJob(1);
  runner.add(job, rows);
  runner.stop();
  runner = newRunner();
  await runner.load();
  await clock.advance(RESTART_GRACE_MS - 1);
  await turns();
  expect(changes).toEqual([]);
  connect(boardId);
  await turns();
  expect(sent.length).toBe(1);
});

it('a program that does not answer an interrupt ends for us after ten seconds; the board is not given the next one before', async () => {
  const { open, boardId } = await aRunningJob();
  const { job: next, rows } = await aJob(1);
  runner.add(next, rows);
  runner.cancel(open);
  expect(sent[0]!.interrupts).toBe(1);
  await clock.advance(STOP_WITHIN_MS);
  await turns();
  expect(changes.at(-1)).toMatchObject({ state: 'cancelled', reason: expect.stringContaining('may still be running') });
  expect(sent.length).toBe(1);
  sent[0]!.end({ state: 'cancelled', status: 1, traceback: '' });
  await turns();
  expect(sent.length).toBe(2);
  expect(boardId).toBe(sent[1]!.boardId);
});

it('a time limit passes while the board is away', async () => {
  const { boardId } = await aRunningJob({ timeoutMs: 5_000 });
  disconnect(boardId);
  await clock.advance(5_000);
  await turns();
  expect(changes.at(-1)).toMatchObject({
    state: 'cancelled',
    reason:
      'It ran longer than the 5 s you gave it. The board is off line. The program may still be running; reset the board to be sure.',
  });
});

it('a time limit goes on over a restart of the hub', async () => {
  const { boardId } = await aRunningJob({ timeoutMs: 5_000 });
  runner.stop();
  store.commits.flush();
  runner = newRunner();
  await runner.load();
  await clock.advance(4_000);
  connect(boardId, { run: 1 });
  await turns();
  sent[1]!.onStarted();
  await clock.advance(1_000);
  expect(sent[1]!.interrupts).toBe(1);
});

it('a wish to end it goes on over a restart of the hub', async () => {
  const { open, boardId } = await aRunningJob();
  runner.cancel(open);
  runner.stop();
  store.commits.flush();
  runner = newRunner();
  await runner.load();
  connect(boardId, { run: 1 });
  await turns();
  sent[1]!.onStarted();
  expect(sent[1]!.interrupts).toBe(1);
});

it('a board that is busy with something else is asked again', async () => {
  const { job, rows, boardId } = await aJob(1);
  connected.add(boardId);
  refusal = new AppError('board_busy');
  runner.add(job, rows);
  await turns();
  expect(stateNow()).toBe('queued');
  refusal = undefined;
  await clock.advance(1_000);
  await turns();
  expect(sent.length).toBe(1);
});

it('a board that refuses a program has failed it, in the board’s words', async () => {
  await aRunningJob();
  sent[0]!.fail(new AppError('board_error', { message: 'board-1: no memory' }));
  await turns();
  expect(changes.at(-1)).toMatchObject({ state: 'failed', reason: 'board-1: no memory' });
});

it('a board whose flash was erased while it ran does not start it again', async () => {
  const { boardId } = await aRunningJob();
  disconnect(boardId);
  connect(boardId, { job: [0, 'none', 0] });
  await turns();
  expect(changes.at(-1)).toMatchObject({ state: 'interrupted', reason: 'The board lost its memory while it ran.' });
  expect(sent.length).toBe(1);
});

it('a program that nobody waits for is ended when its board comes back with it', async () => {
  const { open, boardId } = await aRunningJob();
  disconnect(boardId);
  await turns();
  runner.cancel(open);
  await turns();
  connect(boardId, { run: 1 });
  sent[1]!.onStarted();
  expect(sent[1]!.interrupts).toBe(1);
});

it('runs of a board that no longer exists end at the start', async () => {
  const { job, rows, boardId } = await aJob(1);
  runner.add(job, rows);
  runner.stop();
  await store.boards.deleteBoard(job.teamId, boardId);
  runner = newRunner();
  await runner.load();
  expect(changes).toMatchObject([{ state: 'cancelled', reason: 'The board was removed.' }]);
});

it('a thousand boards are served in turns, each once', async () => {
  const { job, rows } = await aJob(1_000);
  for (const row of rows) connected.add(row.boardId);
  runner.add(job, rows);
  await turns(2);
  expect(sent.length).toBeLessThanOrEqual(200);
  await turns(30);
  expect(new Set(sent.map((one) => one.boardId)).size).toBe(1_000);
  expect(sent.length).toBe(1_000);
});

const textOf = async ({ job, boardId }: { readonly job: JobRow; readonly boardId: BoardId }) => {
  store.commits.flush();
  const pieces = await store.outputs.listPieces({ teamId: job.teamId, jobId: job.id, boardId }, 0, 100);
  return Buffer.concat(pieces.map((piece) => piece.bytes)).toString();
};
const clockText = (ms: number) => new Date(ms).toISOString().slice(11, 19);

it('a program that was out of sight for a while has a line in its output that says from when to when', async () => {
  const made = await aRunningJob();
  sent[0]!.onOutput(Buffer.from('one\n'));
  const since = clock.now();
  disconnect(made.boardId);
  await clock.advance(12_000);
  connect(made.boardId, { run: 1 });
  await turns();
  sent[1]!.onStarted();
  sent[1]!.onOutput(Buffer.from('two\n'));
  const gap = `[… output between ${clockText(since)} and ${clockText(since + 12_000)} UTC is lost: the link was down …]`;
  expect(await textOf(made)).toBe(`one\n\n${gap}\ntwo\n`);
});

it('a link that breaks off again before its program is attached to leaves one line, from the first break on', async () => {
  const made = await aRunningJob();
  const since = clock.now();
  disconnect(made.boardId);
  await clock.advance(2_000);
  connect(made.boardId, { run: 1 });
  await turns();
  disconnect(made.boardId);
  await clock.advance(3_000);
  connect(made.boardId, { run: 1 });
  await turns();
  sent.at(-1)!.onStarted();
  const gap = `[… output between ${clockText(since)} and ${clockText(since + 5_000)} UTC is lost: the link was down …]`;
  expect(await textOf(made)).toBe(`${gap}\n`);
});

it('a program that ended out of sight has a line in its output that says from when it is missing', async () => {
  const made = await aRunningJob();
  const since = clock.now();
  disconnect(made.boardId);
  await clock.advance(1_000);
  connect(made.boardId, { job: [1, 'succeeded', 0] });
  await turns();
  expect(stateNow()).toBe('succeeded');
  expect(await textOf(made)).toBe(`[… output after ${clockText(since)} UTC is lost: the link was down …]\n`);
});

it('a program that had not reached its board has lost nothing', async () => {
  const { job, rows, boardId } = await aJob(1);
  connected.add(boardId);
  runner.add(job, rows);
  await turns();
  disconnect(boardId);
  connect(boardId);
  await turns();
  sent[1]!.onStarted();
  sent[1]!.end({ state: 'succeeded', status: 0, traceback: '' });
  await turns();
  expect(stateNow()).toBe('succeeded');
  expect(await textOf({ job, boardId })).toBe('');
});

it('a program that a hub without power has forgotten to have sent is attached to, not ended', async () => {
  const { job, rows, boardId } = await aJob(1);
  runner.add(job, rows);
  connect(boardId, { run: 1 });
  await turns();
  expect(sent).toMatchObject([{ job: 1, source: 'x', interrupts: 0 }]);
  sent[0]!.onStarted();
  expect(sent[0]!.interrupts).toBe(0);
  expect(stateNow()).toBe('running');
  expect(await textOf({ job, boardId })).toContain('is lost');
});
