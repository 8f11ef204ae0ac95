import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('a chip in a process of its own says its terminal, hears its buttons and ends with its input', async () => {
  const program = fileURLToPath(new URL('./plug-in.ts', import.meta.url));
  const child = spawn(process.execPath, [program, '--firmware', 'made'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const path = String((await lines.next()).value);
  expect(path).toMatch(/^\/dev\//);
  const terminal = await open(path, 'r');
  child.stdin.write('reset\n');
  expect((await lines.next()).value).toBe('reset');
  let heard = '';
  while (!heard.includes('>>> ')) heard += (await terminal.read({ length: 256 })).buffer.toString('latin1');
  expect(heard).toMatch('MicroPython');
  await terminal.close();
  child.stdin.end();
  expect((await exited)[0]).toBe(0);
});
