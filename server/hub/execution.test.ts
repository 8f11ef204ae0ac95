import { describe, expect, test } from 'vitest';
import { CLOSE_PROTOCOL } from '#lib/protocol/frames.ts';
import type { HubOperation } from '#lib/protocol/operations.ts';
import { TEST_INFO } from '#lib/protocol/test-board.fixture.ts';
import { settle } from '#server/session/fake-clock.fixture.ts';
import { Rig } from '#server/session/session-rig.fixture.ts';
import { MAX_EARLY_INPUT_BYTES, RunningExecution } from './execution.ts';
import type { ExecRequest } from './hub.ts';

const EMPTY = new Uint8Array(0);
const DONE = { state: 'succeeded', status: 0, traceback: '' } as const;

/** A board that does nothing by itself, one execution on it, and what came of it. */
async function start(request: Partial<ExecRequest> = {}, info = TEST_INFO) {
  const rig = await new Rig({ info, onOperation: (operation) => operation.op !== 'welcome' }).open();
  const staged: { path: string; text: string }[] = [];
  const told: string[] = [];
  const execution = new RunningExecution(
    rig.session,
    {
      job: 5,
      source: 'x()',
      onStarted: () => told.push('started'),
      onOutput: (bytes) => void told.push(String(bytes)),
      ...request,
    },
    async (path, content) => void staged.push({ path, text: Buffer.from(content).toString() }),
  );
  execution.done.catch(() => undefined);
  await settle();
  const ofKind = <Op extends HubOperation['op']>(op: Op) =>
    rig.board.received.filter((operation): operation is Extract<HubOperation, { op: Op }> => operation.op === op);
  const rid = ofKind('exec')[0]?.rid ?? 0;
  const board = {
    started: () => rig.board.reply({ op: 'ok', rid, bytes: EMPTY }),
    out: (text: string) => rig.board.reply({ op: 'out', rid, bytes: Buffer.from(text) }),
    done: (end = {}) => rig.board.reply({ op: 'done', rid, job: 5, ...DONE, ...end }),
  };
  return { ...rig, rig, session: rig.session, execution, staged, told, ofKind, board };
}

test('a journal that has the result answers it without a start', async () => {
  const { execution, told, board } = await start();
  board.done({ state: 'failed', status: 1, traceback: 'ValueError: no' });
  expect(await execution.done).toEqual({ state: 'failed', status: 1, traceback: 'ValueError: no' });
  expect(told).toEqual([]);
});

test('a job that the board knows is asked for by its number alone', async () => {
  for (const info of [
    { ...TEST_INFO, run: 5 },
    { ...TEST_INFO, job: [5, 'started', 0] as typeof TEST_INFO.job },
  ]) {
    const { ofKind, staged } = await start({ source: 'x'.repeat(9_000) }, info);
    expect([ofKind('exec')[0], staged]).toMatchObject([{ job: 5, source: '' }, []]);
  }
});

test('source that does not fit into a record is staged and started by one that imports it', async () => {
  const longest = 'é'.repeat(252);
  expect((await start({ source: `${longest}x` })).staged).toEqual([]);
  const { staged, ofKind, execution, board } = await start({ source: `def f():\n ${longest}` });
  expect(staged).toEqual([{ path: '/cm/run.py', text: `__name__='__main__'\ndef f():\n ${longest}` }]);
  expect(ofKind('exec')[0]?.source).toContain("__import__('/cm/run')");
  board.started();
  board.done({
    state: 'failed',
    status: 1,
    traceback: '  File "<string>", line 4, in <module>\n  File "/cm/run.py", line 3, in f\nE',
  });
  expect((await execution.done).traceback).toBe('  File "<string>", line 2, in f\nE');
});

describe('output', () => {
  test('the first record taken opens the window, then credits come eight at a time', async () => {
    const { ofKind, execution, board } = await start();
    board.started();
    for (let i = 0; i < 20; i++) board.out('a');
    await settle();
    expect(ofKind('credit').map(({ count }) => count)).toEqual([15, 8, 8]);
    board.done();
    await execution.done;
  });

  test('a record that is not taken yet is worth no credit, and holds the end back', async () => {
    const taken: (() => void)[] = [];
    const onOutput = () => new Promise<void>((resolve) => taken.push(resolve));
    const { ofKind, execution, board } = await start({ onOutput });
    board.started();
    board.out('a');
    board.out('b');
    await settle();
    expect(ofKind('credit')).toEqual([]);
    taken[0]?.();
    await settle();
    expect(ofKind('credit')).toMatchObject([{ count: 15 }]);
    board.done();
    let isDone = false;
    void execution.done.then(() => {
      isDone = true;
    });
    await settle();
    expect(isDone).toBe(false);
    taken[1]?.();
    await settle();
    expect(isDone).toBe(true);
  });

  test('a board that sends without credit is closed', async () => {
    const { rig, execution, board } = await start({ onOutput: () => new Promise<void>(() => undefined) });
    board.started();
    for (const text of ['a', 'b']) board.out(text);
    expect(rig.closeCode).toBeUndefined();
    board.out('c');
    expect(rig.closeCode).toBe(CLOSE_PROTOCOL);
    await expect(execution.done).rejects.toMatchObject({ code: 'board_link_lost' });
  });

  test('output that cannot be kept interrupts the program and fails the execution', async () => {
    for (const onOutput of [
      () => Promise.reject(new Error('The disk is full.')),
      () => {
        throw new Error('The disk is full.');
      },
    ]) {
      const { rig, ofKind, execution, board } = await start({ onOutput });
      board.started();
      board.out('a');
      await settle();
      expect(ofKind('interrupt')).toHaveLength(1);
      board.done({ state: 'cancelled' });
      await expect(execution.done).rejects.toThrow('The disk is full.');
      expect(rig.session.state).toBe('open');
    }
  });

  test('a megabyte keeps the order', async () => {
    let text = '';
    const onOutput = (bytes: Uint8Array) => {
      text += Buffer.from(bytes).toString();
    };
    const { execution, board } = await start({ onOutput });
    board.started();
    let sent = '';
    for (let i = 0; i < 2_000; i++) {
      const piece = `${i}:${'x'.repeat(500)}`.slice(0, 509);
      sent += piece;
      board.out(piece);
    }
    board.done();
    await execution.done;
    expect(text === sent).toBe(true);
  });
});

describe('input and interrupt', () => {
  test('wait for the start, and input is split into records', async () => {
    const { ofKind, execution, board } = await start();
    execution.input(Buffer.from('a'.repeat(1_000)));
    execution.interrupt();
    await settle();
    expect([ofKind('input'), ofKind('interrupt')]).toEqual([[], []]);
    board.started();
    await settle();
    expect(ofKind('input').map(({ bytes }) => bytes.length)).toEqual([509, 491]);
    expect(ofKind('interrupt')).toHaveLength(1);
    expect(() => execution.input(new Uint8Array(MAX_EARLY_INPUT_BYTES))).not.toThrow();
  });

  test('a program that does not start takes only so much input', async () => {
    const { execution } = await start();
    execution.input(new Uint8Array(MAX_EARLY_INPUT_BYTES));
    expect(() => execution.input(new Uint8Array(1))).toThrow('has not started');
  });

  test('an interrupt while the program is staged keeps it from running', async () => {
    const rig = await new Rig({ onOperation: (operation) => operation.op !== 'welcome' }).open();
    let finish = () => {};
    const put = () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      });
    const request = { job: 1, source: 'x'.repeat(600), onStarted() {}, onOutput() {} };
    const execution = new RunningExecution(rig.session, request, put);
    execution.interrupt();
    finish();
    expect(await execution.done).toMatchObject({ state: 'cancelled' });
    expect(rig.board.received.map(({ op }) => op)).toEqual(['welcome']);
  });
});

describe('fails', () => {
  test('when the board is busy', async () => {
    const { rig, execution, ofKind } = await start();
    rig.board.reply({ op: 'error', rid: ofKind('exec')[0]!.rid, code: 'busy', message: '' });
    await expect(execution.done).rejects.toMatchObject({ code: 'board_busy' });
  });

  test('when the program does not start in time', async () => {
    const { rig, execution } = await start();
    await rig.clock.advance(30_000);
    await expect(execution.done).rejects.toMatchObject({ code: 'board_timeout' });
  });

  test('when the link breaks off', async () => {
    const { rig, execution, board } = await start();
    board.started();
    await rig.clock.advance(3_600_000);
    rig.session.socketClosed();
    await expect(execution.done).rejects.toMatchObject({ code: 'board_link_lost' });
  });
});
