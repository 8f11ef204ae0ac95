import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '#lib/api/schema.ts';
import { type LiveSocket, type ScriptedBoard, TestHub, within } from './start.fixture.ts';

let hub: TestHub;
let live: LiveSocket;

beforeEach(async () => {
  hub = await TestHub.start();
  live = await hub.live();
});
afterEach(() => hub.end());

/** The board is back: its facts were heard after the link broke. */
async function returns(board: ScriptedBoard): Promise<void> {
  const { id } = board.provision.board;
  const from = live.heard.length;
  board.connect();
  await live.next(
    (message) =>
      live.heard.indexOf(message) >= from &&
      message.type === 'board.changed' &&
      message.data.board.id === id &&
      message.data.board.state !== 'offline',
  );
}

async function leaves(board: ScriptedBoard, how: () => void): Promise<void> {
  const { id } = board.provision.board;
  const from = live.heard.length;
  how();
  await live.next(
    (message) =>
      live.heard.indexOf(message) >= from &&
      message.type === 'board.changed' &&
      message.data.board.id === id &&
      message.data.board.state === 'offline',
  );
}

/** As soon as the program can read it. */
async function typeInto(job: Job, data: string): Promise<void> {
  const path = `/jobs/${job.id}/boards/${job.runs[0]!.boardId}/stdin`;
  const type = async () => {
    while ((await hub.call('POST', path, { data })).status !== 202);
  };
  await within(type(), 'program that reads');
}

describe('a program on a board', () => {
  it('streams its output while it runs and ends', async () => {
    await hub.onlineBoard('b-1', live);
    const job = await hub.run('b-1', 'print hello\nprint world');
    expect(job.runs).toMatchObject([{ boardName: 'b-1', state: 'queued' }]);
    expect(await live.ended(job)).toMatchObject({
      state: 'succeeded',
      exit: 0,
      traceback: null,
      reason: null,
      outputBytes: 12,
    });
    expect(await hub.output(job)).toMatchObject({
      text: 'hello\nworld\n',
      next: 12,
      cutBytes: 0,
      run: { state: 'succeeded' },
    });
  });

  it('is heard live only by who watches its job', async () => {
    await hub.onlineBoard('b-1', live);
    const other = await hub.live();
    const job = await hub.run('b-1', 'read\nprint two');
    live.send({ type: 'watch', jobId: job.id });
    await live.running(job);
    live.send({ type: 'stdin', jobId: job.id, boardId: job.runs[0]!.boardId, data: 'a line\n' });
    await live.ended(job);
    await other.ended(job);
    expect(live.heard.flatMap((message) => (message.type === 'run.output' ? [message.data.text] : [])).join('')).toBe(
      'read a line\ntwo\n',
    );
    expect(other.heard.filter((message) => message.type === 'run.output')).toEqual([]);
  });

  it('that raises has failed, with its traceback; one that exits, with its status', async () => {
    await hub.onlineBoard('b-1', live);
    const raised = await hub.run('b-1', 'raise');
    expect(await live.ended(raised)).toMatchObject({
      state: 'failed',
      exit: 1,
      traceback: expect.stringContaining('ValueError: no'),
    });
    const exited = await hub.run('b-1', 'exit 3');
    expect(await live.ended(exited)).toMatchObject({ state: 'failed', exit: 3, traceback: null });
  });

  it('takes typed input over the API', async () => {
    await hub.onlineBoard('b-1', live);
    const job = await hub.run('b-1', 'read');
    await live.running(job);
    const path = `/jobs/${job.id}/boards/${job.runs[0]!.boardId}/stdin`;
    expect((await hub.call('POST', path, { data: 'typed\n' })).status).toBe(202);
    await live.ended(job);
    expect((await hub.output(job)).text).toBe('read typed\n');
    expect((await hub.call('POST', path, { data: 'late\n' })).body.error.code).toBe('job_ended');
  });

  it('runs on all the boards that exist; unknown names are reported and those off line are skipped', async () => {
    await hub.onlineBoard('b-1', live);
    await hub.onlineBoard('b-2', live);
    await hub.addBoard('b-3');
    const job = await hub.run('b-[1-4],c', 'print x');
    expect(job.unknown).toEqual(['b-4', 'c']);
    expect(job.runs.map((run) => [run.boardName, run.state, run.reason])).toEqual([
      ['b-1', 'queued', null],
      ['b-2', 'queued', null],
      ['b-3', 'expired', 'The board is off line.'],
    ]);
    expect((await live.ended(job, 0)).state).toBe('succeeded');
    expect((await live.ended(job, 1)).state).toBe('succeeded');
  });

  it('that waits for an absent board starts when the board comes', async () => {
    const board = await hub.onlineBoard('b-1', live);
    await leaves(board, () => board.drop());
    const job = await hub.run('b-1', 'print x', { waitS: 60 });
    expect(job.runs[0]!.state).toBe('queued');
    board.connect();
    expect((await live.ended(job)).state).toBe('succeeded');
  });

  it('that waits longer than its author wanted has expired', async () => {
    await hub.addBoard('b-1');
    const job = await hub.run('b-1', 'print x', { waitS: 0.001 });
    expect(await live.ended(job)).toMatchObject({ state: 'expired', reason: 'The board is off line.' });
  });

  it('several wait in the order in which they came, one at a time', async () => {
    const board = await hub.onlineBoard('b-1', live);
    const jobs = [await hub.run('b-1', 'wait'), await hub.run('b-1', 'print 2'), await hub.run('b-1', 'print 3')];
    await live.running(jobs[0]!);
    expect(board.started).toEqual(['wait']);
    await hub.call('POST', `/jobs/${jobs[0]!.id}/cancel`);
    await live.ended(jobs[2]!);
    expect(board.started).toEqual(['wait', 'print 2', 'print 3']);
  });

  it('the hundred-and-first that would wait for a board is refused, and nothing is started', async () => {
    await hub.onlineBoard('b-1', live);
    await hub.onlineBoard('b-2', live);
    for (let number = 0; number < 100; number += 1) await hub.run('b-1', 'wait');
    expect((await hub.call('POST', '/jobs', { boards: 'b-[1-2]', code: '' })).body.error).toMatchObject({
      code: 'job_queue_full',
      message: expect.stringContaining('"b-1"'),
    });
  });
});

describe('ending a program', () => {
  it('that waits cancels it at once', async () => {
    const board = await hub.onlineBoard('b-1', live);
    const first = await hub.run('b-1', 'wait');
    const second = await hub.run('b-1', 'print x');
    const { status, body } = await hub.call('POST', `/jobs/${second.id}/cancel`, {});
    expect([status, body.runs[0].state]).toEqual([202, 'cancelled']);
    await hub.call('POST', `/jobs/${first.id}/cancel`, { boardId: first.runs[0]!.boardId });
    await live.ended(first);
    expect(board.started).toEqual(['wait']);
    expect((await hub.call('POST', `/jobs/${second.id}/cancel`)).body.error.code).toBe('job_ended');
  });

  it('that runs interrupts it', async () => {
    await hub.onlineBoard('b-1', live);
    const job = await hub.run('b-1', 'print a\nwait');
    await live.running(job);
    expect((await hub.call('POST', `/jobs/${job.id}/cancel`)).status).toBe(202);
    expect(await live.ended(job)).toMatchObject({ state: 'cancelled', reason: 'It was cancelled.' });
    expect((await hub.output(job)).text).toBe('a\n');
  });

  it('from the console with Ctrl-C interrupts it', async () => {
    await hub.onlineBoard('b-1', live);
    const job = await hub.run('b-1', 'wait');
    await live.running(job);
    live.send({ type: 'interrupt', jobId: job.id, boardId: job.runs[0]!.boardId });
    expect(await live.ended(job)).toMatchObject({ state: 'cancelled', reason: 'It was interrupted.' });
  });

  it('after its time limit says so', async () => {
    await hub.onlineBoard('b-1', live);
    const job = await hub.run('b-1', 'wait', { timeoutS: 0.2 });
    expect(await live.ended(job)).toMatchObject({
      state: 'cancelled',
      reason: 'It ran longer than the 0.2 s you gave it.',
    });
  });

  it('whose board is off line says that it may still be running, and the board is told when it returns', async () => {
    const board = await hub.onlineBoard('b-1', live);
    const job = await hub.run('b-1', 'wait');
    await live.running(job);
    await leaves(board, () => board.drop());
    await hub.call('POST', `/jobs/${job.id}/cancel`);
    expect(await live.ended(job)).toMatchObject({ state: 'cancelled', reason: expect.stringContaining('off line') });
    await returns(board);
    const next = await hub.run('b-1', 'print x');
    expect((await live.ended(next)).state).toBe('succeeded');
  });

  it('by removing its board', async () => {
    const board = await hub.onlineBoard('b-1', live);
    const job = await hub.run('b-1', 'wait');
    const waiting = await hub.run('b-1', 'wait');
    await live.running(job);
    expect((await hub.call('DELETE', `/boards/${board.provision.board.id}`)).status).toBe(204);
    expect(await live.ended(job)).toMatchObject({ state: 'cancelled', reason: expect.stringContaining('removed') });
    expect((await live.ended(waiting)).state).toBe('cancelled');
    await live.next((message) => message.type === 'board.removed');
    expect((await hub.call('GET', '/boards')).body.boards).toEqual([]);
    expect((await hub.call('GET', `/jobs/${job.id}`)).body.runs[0].boardName).toBe('b-1');
  });
});

describe('a board that drops in the middle', () => {
  it('and returns with its program is attached to: output and end arrive', async () => {
    const board = await hub.onlineBoard('b-1', live);
    const job = await hub.run('b-1', 'print one\nread');
    await live.running(job);
    await leaves(board, () => board.drop());
    expect((await hub.call('GET', `/jobs/${job.id}`)).body.runs[0].state).toBe('running');
    await returns(board);
    await typeInto(job, 'x\n');
    expect((await live.ended(job)).state).toBe('succeeded');
    expect(board.started.length).toBe(1);
  });

  it('and misses what it printed meanwhile: its output says so at that place', async () => {
    const board = await hub.onlineBoard('b-1', live);
    const job = await hub.run('b-1', 'print one\nread');
    live.send({ type: 'watch', jobId: job.id });
    await live.running(job);
    await leaves(board, () => board.drop());
    board.print('lost\n');
    await returns(board);
    await typeInto(job, 'x\n');
    expect((await live.ended(job)).state).toBe('succeeded');
    const { text, next } = await hub.output(job);
    expect(text).toMatch(
      /^one\n\n\[… output between \d\d:\d\d:\d\d and \d\d:\d\d:\d\d UTC is lost: the link was down …]\nread x\n$/,
    );
    expect(next).toBe(Buffer.byteLength(text));
    expect(live.heard.map((message) => (message.type === 'run.output' ? message.data.text : '')).join('')).toBe(text);
  });

  it.each(['succeeded', 'failed'] as const)('and has %s meanwhile: the journal says so', async (state) => {
    const board = await hub.onlineBoard('b-1', live);
    const job = await hub.run('b-1', 'wait');
    await live.running(job);
    await leaves(board, () => board.drop());
    board.finishUnseen(state);
    board.connect();
    expect(await live.ended(job)).toMatchObject({ state, reason: expect.stringContaining('off line') });
    expect((await hub.output(job)).text).toMatch(/^\[… output after [\d:]+ UTC is lost: the link was down …]\n$/);
    expect(board.started.length).toBe(1);
  });

  it('by a power cut has interrupted its program, which is not started again', async () => {
    const board = await hub.onlineBoard('b-1', live);
    const job = await hub.run('b-1', 'wait');
    const next = await hub.run('b-1', 'print x');
    await live.running(job);
    board.powerCut();
    board.connect();
    expect(await live.ended(job)).toMatchObject({ state: 'interrupted', reason: 'The board restarted while it ran.' });
    expect((await live.ended(next)).state).toBe('succeeded');
    expect(board.started).toEqual(['wait', 'print x']);
  });
});

describe('a hub that restarts in the middle', () => {
  it('finds the program still running, and its end', async () => {
    const board = await hub.onlineBoard('b-1', live);
    const job = await hub.run('b-1', 'print one\nwait');
    await live.running(job);
    await hub.restart();
    live = await hub.live();
    expect((await hub.call('GET', `/jobs/${job.id}`)).body.runs[0].state).toBe('running');
    await returns(board);
    await hub.call('POST', `/jobs/${job.id}/cancel`);
    expect(await live.ended(job)).toMatchObject({ state: 'cancelled', reason: 'It was cancelled.' });
    expect((await hub.output(job)).text).toMatch(/^one\n\n\[… output between .* is lost: the link was down …]\n$/);
    expect(board.started.length).toBe(1);
  });

  it('still has what waited', async () => {
    const board = await hub.onlineBoard('b-1', live);
    const first = await hub.run('b-1', 'wait');
    const second = await hub.run('b-1', 'print x');
    await live.running(first);
    await hub.restart();
    live = await hub.live();
    board.powerCut();
    board.connect();
    expect((await live.ended(first)).state).toBe('interrupted');
    expect((await live.ended(second)).state).toBe('succeeded');
  });
});
