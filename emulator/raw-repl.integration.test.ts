import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BoardFileWriter } from '#lib/repl/board-files.ts';
import { type ByteStream, deadlineIn } from '#lib/repl/byte-stream.ts';
import { RawRepl } from '#lib/repl/raw-repl.ts';
import { startVirtualBoard, type VirtualBoard } from './virtual-board.ts';
import { buildVm } from './vm/build.ts';

const LIMIT_MS = 15_000;
let board: VirtualBoard;
let listeners: Set<(bytes: Uint8Array) => void>;
let repl: RawRepl;

beforeAll(() => buildVm());
beforeEach(() => start({}));
afterEach(async () => {
  repl.close();
  await board.stop();
});

async function start(files: Record<string, string>): Promise<void> {
  listeners = new Set();
  board = await startVirtualBoard({
    name: 'cable',
    files: new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])),
    onOutput: (bytes) => {
      for (const listener of listeners) listener(bytes);
    },
  });
  repl = new RawRepl(uart());
}

async function restart(files: Record<string, string>): Promise<void> {
  repl.close();
  await board.stop();
  await start(files);
}

function uart(): ByteStream {
  return {
    write: async (bytes) => board.uartWrite(bytes),
    listen: (onBytes) => {
      listeners.add(onBytes);
      return () => listeners.delete(onBytes);
    },
  };
}

const enter = (): Promise<void> => repl.enter({ deadline: deadlineIn(LIMIT_MS), softReset: true });

describe('the raw REPL of a real MicroPython', () => {
  test('runs code, answers what it prints and what it raises', async () => {
    await enter();
    expect(await repl.run('print(6 * 7)')).toBe('42\r\n');
    const { output, error } = await repl.exec('print("before")\nraise ValueError("no")');
    expect(output).toBe('before\r\n');
    expect(error).toMatch(/ValueError: no/);
    await expect(repl.run('1/0')).rejects.toMatchObject({ code: 'repl_exception' });
    expect(await repl.run('print("still there")')).toBe('still there\r\n');
  });

  test('takes more text than its buffer holds', async () => {
    await enter();
    const lines = Array.from({ length: 120 }, (_, i) => `n = ${i}  # ${'x'.repeat(20)}`);
    expect(await repl.run(`${lines.join('\n')}\nprint(n)`)).toBe('119\r\n');
  });

  test.each([
    ['prints for ever', 'while True:\n    print("noise")\n'],
    ['waits for ever', 'import time\nwhile True:\n    time.sleep(1)\n'],
  ])('is entered though main.py %s', async (_, main) => {
    await restart({ '/main.py': main });
    await enter();
    expect(await repl.run('print(1)')).toBe('1\r\n');
  });

  test('a silent board is given up at the deadline', async () => {
    await board.fault('freeze');
    await expect(repl.enter({ deadline: deadlineIn(900), softReset: true })).rejects.toMatchObject({
      code: 'repl_silent',
    });
  });
});

describe('files over the raw REPL', () => {
  const everyByte = Uint8Array.from({ length: 3000 }, (_, i) => i * 7);

  test('what is written is what was given, in folders made on the way', async () => {
    await enter();
    const files = new BoardFileWriter(repl);
    const seen: number[] = [];
    await files.makeFolders('/cm/a/every.bin');
    await files.put({ path: '/cm/a/every.bin', content: everyByte }, (bytes) => seen.push(bytes));
    expect(Buffer.from(board.files().get('/cm/a/every.bin') ?? [])).toEqual(Buffer.from(everyByte));
    expect(seen.at(-1)).toBe(everyByte.length);
    const hashes = await files.hashes(['/cm/a/every.bin', '/none']);
    expect([...hashes.keys()]).toEqual(['/cm/a/every.bin']);
  });

  test('a name with quotes and letters of any script is a name', async () => {
    await enter();
    const files = new BoardFileWriter(repl);
    const path = '/it\'s "Küche" 😀.txt';
    await files.put({ path, content: Buffer.from('x') });
    expect([...(await files.hashes([path])).keys()]).toEqual([path]);
  });

  test('an empty file is written too', async () => {
    await enter();
    const files = new BoardFileWriter(repl);
    await files.put({ path: '/empty', content: new Uint8Array(0) });
    expect(board.files().get('/empty')?.length).toBe(0);
  });
});
