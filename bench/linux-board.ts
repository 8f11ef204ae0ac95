/** A board on the 32-bit MicroPython of Linux, provisioned by hand as `mbm board-add` does it. */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Provision } from '#lib/api/schema.ts';
import { boardFiles } from '#lib/provision/files.ts';
import { loadClient } from '../device/tools/build.ts';
import { ensureMicropython } from '../scripts/micropython-linux.mjs';

const RUNNER = fileURLToPath(new URL('../device/linux_board.py', import.meta.url));
/** Exit status of the runner after machine.reset(). */
const WANTS_RESET = 3;

/** Answers what stops it. */
export async function startLinuxBoard(
  { board, key, epoch }: Provision,
  hubUrl: string,
  folder: string,
): Promise<() => void> {
  const { path } = await ensureMicropython();
  const provision = {
    boardId: Buffer.from(board.id, 'hex'),
    key: Buffer.from(key, 'hex'),
    epoch,
    hubUrls: [hubUrl],
    client: (await loadClient()).files,
  };
  for (const file of boardFiles(provision)) {
    await mkdir(dirname(join(folder, file.path)), { recursive: true });
    await writeFile(join(folder, file.path), file.content);
  }
  let child = run(path, folder);
  const watch = () =>
    child.once('exit', (code) => {
      if (code !== WANTS_RESET) return;
      child = run(path, folder);
      watch();
    });
  watch();
  const stop = () => void child.kill('SIGKILL');
  process.once('exit', stop);
  return stop;
}

const run = (micropython: string, folder: string) =>
  spawn(micropython, ['-X', 'heapsize=38k', RUNNER, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
