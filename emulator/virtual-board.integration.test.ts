import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { boardFiles } from '#lib/provision/files.ts';
import { loadClient } from '../device/tools/build.ts';
import { within } from './contract/deadline.ts';
import { run } from './contract/program.ts';
import { type BoardLink, startTestHub } from './contract/test-hub.ts';
import { startVirtualBoard, type VirtualBoard } from './virtual-board.ts';
import { buildVm } from './vm/build.ts';

const identity = { boardId: Buffer.alloc(16, 1), key: Buffer.alloc(32, 2), epoch: 1 };
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(() => buildVm());
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startBoard(directory?: string) {
  const hub = await startTestHub(identity);
  cleanups.push(() => hub.stop());
  const client = (await loadClient()).files;
  const files = boardFiles({ ...identity, hubUrls: [hub.url], client });
  const resets: number[] = [];
  const board = await startVirtualBoard({
    name: 'faulty',
    files: new Map(files.map(({ path, content }) => [path, content])),
    onReset: (cause) => resets.push(cause),
    ...(directory === undefined ? {} : { directory }),
  });
  cleanups.push(() => board.stop());
  return { hub, board, resets };
}

async function infoOf(link: BoardLink) {
  return (await link.expect('info', 0)).info;
}

test('drop-link: the link ends, and the board comes back', async () => {
  const { hub, board } = await startBoard();
  const link = await hub.link();
  await board.fault('drop-link');
  await within(link.closed, 'the end of the dropped link');
  expect((await infoOf(await hub.link())).boots).toBe(1);
});

test('freeze: the board says nothing more, and a power cut brings it back', async () => {
  const { hub, board } = await startBoard();
  const link = await hub.link();
  await infoOf(link);
  await board.fault('freeze');
  link.send({ op: 'ping', rid: 5 });
  await board.fault('power-cut');
  await within(link.closed, 'the end of the link of a board without power');
  expect((await infoOf(await hub.link())).boots).toBe(2);
  await expect(link.expect('pong', 5)).rejects.toThrow();
});

test('thaw: a frozen board answers what it was asked meanwhile', async () => {
  const { hub, board } = await startBoard();
  const link = await hub.link();
  await infoOf(link);
  await board.fault('freeze');
  link.send({ op: 'ping', rid: 5 });
  await board.fault('thaw');
  await link.expect('pong', 5);
});

test('power-cut: what was not closed is not there, what was renamed is', async () => {
  const { hub, board } = await startBoard();
  const link = await hub.link();
  await run(
    link,
    "with open('/whole', 'w') as f: f.write('old')\nf = open('/half', 'w')\nf.write('x' * 100)\n__import__('cm_core').kept = f",
  );
  await board.fault('power-cut');
  const after = await hub.link();
  const outcome = await run(after, "import os\nprint(sorted(os.listdir('/')), open('/whole').read())");
  expect(outcome.output).toMatch(/'whole'/);
  expect(outcome.output).not.toMatch(/'half'/);
  expect(outcome.output).toMatch(/old/);
});

test('bad-main: after three starts that fail the board comes back in safe mode and says why', async () => {
  const { hub, board } = await startBoard();
  await hub.link();
  await board.fault('bad-main');
  for (let start = 0; start < 6; start++) {
    const info = await infoOf(await hub.link());
    if (info.safe) {
      expect(info.why).toMatch(/this main\.py fails at once/);
      return;
    }
    await board.reset();
  }
  expect.fail('The board did not start in safe mode.');
});

test('files survive the end of the process', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cloudmanager-flash-'));
  cleanups.push(() => rm(directory, { recursive: true, force: true }));
  const first = await startBoard(directory);
  await run(await first.hub.link(), "with open('/note.txt', 'w') as f: f.write('still here')");
  await first.board.stop();
  const second: VirtualBoard = await startVirtualBoard({ name: 'again', files: new Map(), directory });
  cleanups.push(() => second.stop());
  expect(Buffer.from(second.files().get('/note.txt') ?? []).toString()).toBe('still here');
  expect((await infoOf(await first.hub.link())).boots).toBe(2);
});
