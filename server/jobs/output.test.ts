import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventMap } from '#lib/api/events.ts';
import { newJobId } from '#server/store/ids.ts';
import { aBoard, reopen, temporaryFolder } from '#server/store/store.fixture.ts';
import type { Store } from '#server/store/store.ts';
import { createOutputWriter, createTextTail, HEAD_BYTES, type OutputOwner, readOutput, TAIL_BYTES } from './output.ts';

const log = {
  debug() {},
  info() {},
  warn() {},
  error: (fields: object, message: string) => expect.unreachable(`${message} ${JSON.stringify(fields)}`),
};

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let owner: OutputOwner;
let heard: EventMap['run.output'][];

beforeEach(async () => {
  folder = temporaryFolder();
  store = reopen(folder.dir);
  heard = [];
  const team = await store.users.ensureFirstTeam('A', 1);
  const board = aBoard(team.id, 1);
  await store.boards.insertBoard(board);
  const job = {
    id: newJobId(1),
    teamId: team.id,
    kind: 'execute' as const,
    code: '',
    createdAt: 1,
    createdBy: 'x',
    timeoutMs: null,
    waitMs: 0,
    unknown: [],
  };
  await store.jobs.insertJob(job, [
    { boardId: board.id, boardName: board.name, state: 'queued', queuedAt: 1, endedAt: null, reason: null },
  ]);
  owner = { teamId: team.id, jobId: job.id, boardId: board.id };
});
afterEach(() => {
  store.close();
  folder.remove();
});

const bus = {
  publish: (_team: unknown, _name: string, data: unknown) => void heard.push(data as EventMap['run.output']),
};
const writer = (totalBytes = 0) => createOutputWriter({ store, bus, log }, owner, totalBytes);

const turn = () => new Promise<void>((resolve) => process.nextTick(resolve));

async function read(from = 0, ended = true) {
  store.commits.flush();
  const row = await store.jobs.findRun(owner.teamId, owner.jobId, owner.boardId);
  return readOutput(store.outputs, owner, from, { tailFrom: row!.tailFrom, ended });
}

describe('output', () => {
  it('is told at once and read back from any offset', async () => {
    const output = writer();
    output.take(Buffer.from('hello '));
    await turn();
    output.take(Buffer.from('wor'));
    output.take(Buffer.from('ld'));
    await turn();
    expect(heard).toEqual([
      { jobId: owner.jobId, boardId: owner.boardId, from: 0, bytes: 6, text: 'hello ' },
      { jobId: owner.jobId, boardId: owner.boardId, from: 6, bytes: 5, text: 'world' },
    ]);
    expect(await read()).toEqual({ text: 'hello world', next: 11, cutBytes: 0 });
    expect(await read(6)).toEqual({ text: 'world', next: 11, cutBytes: 0 });
    expect(await read(11)).toEqual({ text: '', next: 11, cutBytes: 0 });
    expect(await read(99)).toEqual({ text: '', next: 99, cutBytes: 0 });
  });

  it('never shows half a character', async () => {
    const output = writer();
    const bytes = Buffer.from('a€😀');
    for (const byte of bytes) {
      output.take(Buffer.of(byte));
      await turn();
    }
    expect(heard.map((event) => [event.from, event.text])).toEqual([
      [0, 'a'],
      [1, '€'],
      [4, '😀'],
    ]);
    output.take(bytes.subarray(4, 6));
    expect((await read(0, false)).text).toBe('a€😀');
    expect(await read(8, false)).toMatchObject({ text: '', next: 8 });
    output.finish();
    expect(heard.at(-1)).toMatchObject({ from: 8, bytes: 2, text: '\ufffd' });
    expect((await read(0, true)).text).toBe('a€😀\ufffd');
  });

  it('that is still to be told is told before the end', () => {
    const output = writer();
    output.take(Buffer.from('a'));
    output.take(Buffer.from('€').subarray(0, 1));
    output.finish();
    expect(heard).toMatchObject([{ from: 0, bytes: 2, text: 'a\ufffd' }]);
  });

  it('keeps the head and the tail of what is too long, and marks the cut', async () => {
    const output = writer();
    const line = (number: number) => Buffer.from(`${String(number).padStart(1023, '.')}\n`);
    for (let number = 0; number < 3_000; number += 1) output.take(line(number));
    const { text, next, cutBytes } = await read();
    expect(next).toBe(3_000 * 1024);
    const head = text.slice(0, HEAD_BYTES);
    const [marker] = /\n\[… \d+ bytes left out …\]\n/.exec(text) ?? [''];
    const tail = text.slice(HEAD_BYTES + marker.length);
    expect(marker).toContain(String(cutBytes));
    expect(head.endsWith('.511\n')).toBe(true);
    expect(tail.endsWith('.2999\n')).toBe(true);
    expect(tail.length).toBeGreaterThanOrEqual(TAIL_BYTES);
    expect(tail.length).toBeLessThan(TAIL_BYTES + 64 * 1024);
    expect(head.length + cutBytes + tail.length).toBe(next);
    expect(await read(next - 1024)).toMatchObject({ text: line(2999).toString(), cutBytes: 0 });
    expect((await read(HEAD_BYTES)).cutBytes).toBe(cutBytes);
  });

  it('goes on after a restart of the hub where it was', async () => {
    const before = writer();
    for (let number = 0; number < 1_600; number += 1) before.take(Buffer.alloc(1024, 'a'));
    store.close();
    store = reopen(folder.dir);
    const after = writer(1_600 * 1024);
    for (let number = 0; number < 1_600; number += 1) after.take(Buffer.alloc(1024, 'b'));
    const { text, next } = await read();
    expect(next).toBe(3_200 * 1024);
    expect(text.endsWith('b'.repeat(TAIL_BYTES))).toBe(true);
  });

  it('is on disk before a board may write much more', async () => {
    const output = writer();
    output.take(Buffer.alloc(1024));
    expect(store.outputs.listPieceRanges(owner)).toEqual([]);
    output.take(Buffer.alloc(16 * 1024));
    expect(store.outputs.listPieceRanges(owner)).toEqual([{ from: 0, sizeBytes: 17 * 1024 }]);
  });

  it('any bytes in any pieces come out as the text of the whole', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text)),
          fc.uint8Array(),
        ),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
        (bytes, sizes) => {
          const tail = createTextTail();
          let text = '';
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const size = sizes[turn % sizes.length]!;
            text += tail.push(bytes.slice(at, at + size)).text;
            at += size;
          }
          text += tail.end().text;
          const whole = Buffer.from(bytes).toString('utf8');
          // Where the bytes are no text, the number of replacement marks may differ.
          expect(text.replaceAll(/\ufffd+/g, '\ufffd')).toBe(whole.replaceAll(/\ufffd+/g, '\ufffd'));
        },
      ),
    );
  });
});

it('output that shares a transaction with a write that fails is lost', async () => {
  const out = writer();
  out.take(Buffer.from('kept'));
  const refused = expect(
    store.commits.durable(() => {
      throw new Error('no room');
    }),
  ).rejects.toThrow('no room');
  store.commits.flush();
  await refused;
  out.take(Buffer.from(' and more'));
  expect(await read()).toMatchObject({ text: 'kept and more', next: 13 });
});

it('a tail that is cut in a transaction that fails is cut all the same', async () => {
  const out = writer();
  const more = Buffer.alloc(TAIL_BYTES / 4, 'x');
  for (let n = 0; n < 8; n += 1) out.take(more);
  const refusals = Array.from({ length: 4 }, () => {
    out.take(more);
    const refused = store.commits.durable(() => {
      throw new Error('no room');
    });
    return expect(refused).rejects.toThrow('no room');
  });
  await Promise.all(refusals);
  const { text, next, cutBytes } = await read();
  expect(next).toBe(12 * more.length);
  expect(text.replaceAll(/[^x]/g, '').length).toBe(next - cutBytes);
});
