import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ensureMicropython } from '../../scripts/micropython-linux.mjs';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));

/** Each script prints `ok NAME` per test and ends with the traceback of the first that fails. */
test.each([
  ['store.py', 10],
  ['store_start.py', 8],
])('%s on LittleFS2 and 32-bit MicroPython', async (script, expected) => {
  const { path } = await ensureMicropython();
  const args = ['-X', 'heapsize=4m', join(here, script), join(here, '..', 'client'), here];
  const { stdout } = await run(path, args, { timeout: 60_000 });
  expect(stdout.split('\n').filter((line) => line.startsWith('ok '))).toHaveLength(expected);
});
