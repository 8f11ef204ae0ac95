/** kill -9 of the hub in the middle of a run, and what a person sees. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, OWNER, test } from './fixtures.ts';
import { startOwnHub } from './own-hub.ts';

test.use({ storageState: { cookies: [], origins: [] } });

test('after kill -9 of the hub the page says so, comes back by itself, and the run has a known end', async ({
  page,
  board,
  boards,
  look,
}) => {
  test.slow();
  const dataDir = await mkdtemp(join(tmpdir(), 'cloudmanager-killed-'));
  const first = await startOwnHub(dataDir, 0);
  await page.goto(first.setupUrl ?? '');
  await page.getByLabel('Your name').fill(OWNER.name);
  await page.getByLabel('E-mail').fill(OWNER.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(OWNER.password);
  await page.getByLabel('Team name').fill(OWNER.team);
  await page.getByRole('button', { name: 'Create account' }).click();
  await boards.addVirtual();
  await board.expectOnline();
  await board.runCode("import time\nprint('underway')\ntime.sleep(600)");
  await expect(board.output).toContainText('underway');

  await first.kill('SIGKILL');
  await expect(page.getByText(/No connection to the hub for/)).toBeVisible({ timeout: 20_000 });
  await look('hub-gone');

  const second = await startOwnHub(dataDir, Number(new URL(first.url).port));
  await expect(page.getByText(/No connection to the hub for/)).toBeHidden({ timeout: 30_000 });
  await expect(board.runState).toHaveText('cut off', { timeout: 30_000 });
  await expect(board.output).toContainText('underway');
  await board.expectOnline();
  await board.runCode("print('and on')");
  await expect(board.output).toContainText('and on');
  await second.kill('SIGTERM');
});
