import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { within } from '../contract/deadline.ts';
import { startVirtualBoard, type VirtualBoard } from '../virtual-board.ts';
import { buildVm, type VmBuild } from './build.ts';
import { rewriteVm } from './rewrite.ts';
import { ShapeChanged } from './wat-text.ts';

let build: VmBuild;
beforeAll(async () => {
  build = await buildVm();
});

test('a second build has nothing to do', async () => {
  const before = readFileSync(build.wasmPath);
  expect(await buildVm()).toMatchObject({ built: false });
  expect(readFileSync(build.wasmPath).equals(before)).toBe(true);
});

test('a module of another shape is refused with a sentence that says what to do', () => {
  expect(() => rewriteVm('(module\n (func $0\n )\n)')).toThrow(ShapeChanged);
  expect(() => rewriteVm('(module\n (func $0\n )\n)')).toThrow(/package-lock\.json/);
});

describe('the VM on a board', () => {
  test('garbage is collected while a program runs, and nothing alive is lost', async () => {
    const soak = `
import json, re, gc
class Node:
    def __init__(self, value, link): self.value, self.link = value, link
def sums(n):
    total = 0
    for each in (x * x for x in range(n)): total += each
    return total
for turn in range(300):
    chain = None
    for i in range(40): chain = Node([i, str(i) * 3], chain)
    text = json.dumps({'turn': turn, 'list': list(range(30)), 'big': 1 << (turn % 200)})
    assert json.loads(text)['big'] == 1 << (turn % 200)
    assert re.match('a(b+)c', 'a' + 'b' * (turn % 50 + 1) + 'c').group(1) == 'b' * (turn % 50 + 1)
    assert sorted([(i * 7919) % 101 for i in range(60)]) == sorted((i * 7919) % 101 for i in range(60))
    assert sums(50) == 40425
    try: exec('raise KeyError(%d)' % turn)
    except KeyError as e: assert e.args == (turn,)
    count = 0
    while chain:
        assert chain.value == [39 - count, str(39 - count) * 3]
        chain, count = chain.link, count + 1
    assert count == 40
    for i in range(20): bytearray(1000)
print('soak', 'done')
`;
    expect(await consoleOf({ 'main.py': soak }, 'soak done')).toMatch(/soak done/);
  });

  test('the heap has an end', async () => {
    const greedy = `
def fill():
    kept = []
    try:
        while True: kept.append(bytearray(1000))
    except MemoryError:
        return len(kept)
count = fill()
print('kept', count)
import gc
gc.collect()
print('free again', gc.mem_free(), '.')
`;
    const text = await consoleOf({ 'main.py': greedy }, ' .');
    expect(Number(/kept (\d+)/.exec(text)?.[1])).toBeGreaterThan(20);
    expect(Number(/kept (\d+)/.exec(text)?.[1])).toBeLessThan(40);
    expect(Number(/free again (\d+)/.exec(text)?.[1])).toBeGreaterThan(30_000);
  });

  test('free memory at the first program is that of an ESP8266', async () => {
    const text = await consoleOf({ 'main.py': "import gc\ngc.collect()\nprint('free', gc.mem_free(), '.')" }, ' .');
    expect(Number(/free (\d+)/.exec(text)?.[1])).toBeGreaterThan(36_000);
    expect(Number(/free (\d+)/.exec(text)?.[1])).toBeLessThan(38_000);
  });

  test.each(['while True: pass', 'import time\ntime.sleep(1000)', 'input()', 'import sys\nsys.stdin.readline()'])(
    'Ctrl-C stops: %s',
    async (source) => {
      const text = await consoleOf({ 'main.py': `print('running')\n${source}` }, 'KeyboardInterrupt', (board, seen) => {
        if (seen.includes('running')) board.interrupt();
      });
      expect(text).toMatch(/KeyboardInterrupt/);
    },
  );
});

/** What a board writes until `end` is in it; `act` is told of each new text. */
async function consoleOf(
  files: Readonly<Record<string, string>>,
  end: string,
  act: (board: VirtualBoard, seen: string) => void = () => undefined,
): Promise<string> {
  let text = '';
  const done = Promise.withResolvers<void>();
  const started = Promise.withResolvers<VirtualBoard>();
  let acted = false;
  const board = await startVirtualBoard({
    name: 'vm-test',
    files: new Map(Object.entries(files).map(([name, content]) => [`/${name}`, Buffer.from(content)])),
    onOutput(bytes) {
      text += Buffer.from(bytes).toString();
      if (text.includes(end)) done.resolve();
      if (!acted && text.includes('running')) {
        acted = true;
        void started.promise.then((it) => act(it, text));
      }
    },
  });
  started.resolve(board);
  try {
    await within(done.promise, `"${end}" on the console, which shows:\n${text}`);
  } finally {
    await board.stop();
  }
  return text;
}
