import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ensureMicropython } from '../../scripts/micropython-linux.mjs';
import { clientFolder, loadClient } from '../tools/build.ts';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));

const sources = join(here, '..', 'client');

/** Each script prints `ok NAME` per test and ends with the traceback of the first that fails. */
test.each([
  ['store.py', 'as written', sources, 10],
  ['store_start.py', 'as written', sources, 9],
  ['store_start.py', 'as built', clientFolder, 9],
])('%s, the client %s, on LittleFS2 and 32-bit MicroPython', async (script, _, client, expected) => {
  const { path } = await ensureMicropython();
  if (client === clientFolder) await loadClient();
  const args = ['-X', 'heapsize=4m', join(here, script), client, here];
  const { stdout } = await run(path, args, { timeout: 60_000 });
  expect(stdout.split('\n').filter((line) => line.startsWith('ok '))).toHaveLength(expected);
});
