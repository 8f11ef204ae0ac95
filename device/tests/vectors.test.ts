import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ensureMicropython } from '../../scripts/micropython-linux.mjs';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
const vectors = join(here, '..', '..', 'lib', 'protocol', 'vectors.json');

test("the client's own handshake and records agree with CM1's vectors, and refuse every changed bit", async () => {
  const { path } = await ensureMicropython();
  const args = ['-X', 'heapsize=1m', join(here, 'vectors.py'), join(here, '..', 'client'), vectors];
  const { stdout } = await run(path, args, { timeout: 60_000 });
  expect(stdout.split('\n').filter((line) => line.startsWith('ok '))).toHaveLength(7);
});
