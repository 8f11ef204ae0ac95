import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Program, Rig } from './rig.fixture.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.stop());

const header = (name: string) => `## Executing on '${name}' `.padEnd(80, '#');
const hello: Program = ({ print }) => {
  print('hello\n');
};
const TRACEBACK =
  'Traceback (most recent call last):\n  File "<stdin>", line 1, in <module>\nZeroDivisionError: divide by zero\n';
const failing: Program = ({ print }) => {
  print('before');
  return { state: 'failed', status: 1, traceback: TRACEBACK };
};

test('the output of each board stands below its header, in the order of the selection', async () => {
  await rig.addBoard('b-1', hello);
  await rig.addBoard('a-1', ({ print, source }) => {
    print(`${source}\n`);
  });
  const { code, stdout, stderr } = await rig.mbm(['board-execute', 'b-1,a-1', '-c', 'x = 1']).done;
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: `${header('b-1')}\nhello\n${header('a-1')}\nx = 1\n`,
    stderr: '',
  });
});

test('output comes while the program runs, and the second board waits for its turn', async () => {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((done) => {
    finish = done;
  });
  await rig.addBoard('a-1', async ({ print }) => {
    print('first half, ');
    await finished;
    print('second half\n');
  });
  await rig.addBoard('a-2', hello);
  const run = rig.mbm(['board-execute', 'a-[1-2]', '-c', 'pass']);
  await run.printed('first half, ');
  finish();
  const { stdout, code } = await run.done;
  expect(stdout).toBe(`${header('a-1')}\nfirst half, second half\n${header('a-2')}\nhello\n`);
  expect(code).toBe(0);
});

test('a traceback goes to stderr, an unknown name is named, the others run, and the exit code is 1', async () => {
  await rig.addBoard('a-1', failing);
  await rig.addBoard('a-2', hello);
  const { code, stdout, stderr } = await rig.mbm(['board-execute', 'a-[1-3]', '-c', '1/0']).done;
  expect(code).toBe(1);
  expect(stdout).toBe(`${header('a-1')}\nbefore\n${header('a-2')}\nhello\n`);
  expect(stderr).toBe(
    `There is no board called 'a-3'.\n${TRACEBACK}Not good on 2 of 3 boards: a-1 (failed), a-3 (unknown)\n`,
  );
});

test('--json is one document with every board', async () => {
  await rig.addBoard('a-1', failing);
  await rig.addBoard('a-2', hello);
  await rig.client.createBoard('a-3');
  const { code, stdout } = await rig.mbm(['board-execute', 'a-[1-4]', '-c', '1/0', '--json']).done;
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual([
    { board: 'a-1', state: 'failed', output: 'before', traceback: TRACEBACK, exit: 1, reason: null },
    { board: 'a-2', state: 'succeeded', output: 'hello\n', traceback: null, exit: 0, reason: null },
    { board: 'a-3', state: 'expired', output: '', traceback: null, exit: null, reason: expect.any(String) },
    { board: 'a-4', state: 'unknown', output: '', traceback: null, exit: null, reason: expect.any(String) },
  ]);
});

test('code comes from a file or from standard input', async () => {
  await rig.addBoard('a-1', ({ print, source }) => {
    print(source);
  });
  const file = join(rig.dataDir, 'blink.py');
  await writeFile(file, 'print("ü")\n');
  const fromFile = await rig.mbm(['board-execute', 'a-1', file]).done;
  const fromStdin = await rig.mbm(['board-execute', 'a-1'], { stdin: 'print("ü")\n' }).done;
  expect(fromFile.stdout).toBe(`${header('a-1')}\nprint("ü")\n`);
  expect(fromStdin).toEqual(fromFile);
});

test('100 KB of output arrive whole, with a character across every record', async () => {
  const text = `${'äöü€😀\n'.repeat(7_000)}`;
  await rig.addBoard('a-1', ({ print }) => {
    print(text);
  });
  const { stdout } = await rig.mbm(['board-execute', 'a-1', '-c', 'pass', '--json']).done;
  expect(JSON.parse(stdout)[0].output === text).toBe(true);
});

test('Ctrl-C interrupts the program on the board, and mbm tells how it ended', async () => {
  await rig.addBoard('a-1', async ({ print, interrupted }) => {
    print('running\n');
    await interrupted;
    return { state: 'cancelled', status: 1, traceback: 'KeyboardInterrupt: \n' };
  });
  const run = rig.mbm(['board-execute', 'a-1', '-c', 'while True: pass']);
  await run.printed('running\n');
  run.child.kill('SIGINT');
  const { code, stderr } = await run.done;
  expect(code).toBe(1);
  expect(stderr).toContain('Cancelling');
  expect(stderr).toMatch(/KeyboardInterrupt|cancelled/);
});

test('a second Ctrl-C leaves although the board does not stop', async () => {
  await rig.addBoard('a-1', async ({ print }) => {
    print('running\n');
    return new Promise(() => undefined);
  });
  const run = rig.mbm(['board-execute', 'a-1', '-c', 'while True: pass']);
  await run.printed('running\n');
  run.child.kill('SIGINT');
  await run.said('Cancelling');
  run.child.kill('SIGINT');
  expect((await run.done).code).toBe(1);
});

test('a hub that restarts during a run is waited for, and the run has a known end', async () => {
  await rig.addBoard('a-1', async ({ print }) => {
    print('running\n');
    return new Promise(() => undefined);
  });
  const run = rig.mbm(['board-execute', 'a-1', '-c', 'while True: pass', '--timeout', '1']);
  await run.printed('running\n');
  await rig.restartHub(() => run.said('The link to the hub broke off'));
  const { code, stderr } = await run.done;
  expect(code).toBe(1);
  expect(stderr).toMatch(/interrupted|cancelled/);
});

test('wrong arguments are exit 2 with a sentence, and no job is made', async () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [['board-execute', 'a-1', '-c', 'x', 'file.py'], /given twice/],
    [['board-execute', 'a-1', '/no/such.py'], /cannot be read \(ENOENT\)/],
    [['board-execute', 'a-1', '-c', 'x', '--timeout', 'soon'], /number of seconds/],
    [['board-execute', 'a-[1-20000]', '-c', 'x'], /more than 10,000/],
    [['board-execute', 'a-[1', '-c', 'x'], /without "\]"/],
    [['board-execute'], /range/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr, stdout } = await rig.mbm(args).done;
    expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  }
  expect((await rig.client.jobs()).jobs).toEqual([]);
});
