/** The same hub from the terminal: what `mbm` does, the console shows. */
import { expect, test } from './fixtures.ts';

test('mbm runs code on a virtual board and the console has the run', async ({ page, boards, board, mbm }) => {
  await boards.open();
  await boards.addVirtual();
  await board.expectOnline();
  const name = (await page.getByRole('heading', { level: 1 }).textContent()) ?? '';

  const list = await mbm('board-list', '--json');
  expect(JSON.parse(list.stdout)).toContainEqual(expect.objectContaining({ name, state: 'online' }));

  const run = await mbm('board-execute', name, '-c', "print('from the terminal')");
  expect(run.exit, run.stderr).toBe(0);
  const [header, output] = run.stdout.split('\n');
  expect(header).toMatch(new RegExp(`^## Executing on '${name}' #+$`));
  expect(header).toHaveLength(80);
  expect(output).toBe('from the terminal');

  await expect(board.lastRuns).toHaveCount(1);
  await board.lastRuns.first().click();
  await expect(board.output).toContainText('from the terminal');

  const failed = await mbm('board-execute', `${name},no-such-board`, '-c', 'import sys; sys.exit(3)', '--json');
  expect(failed.exit).toBe(1);
  expect(JSON.parse(failed.stdout)).toContainEqual(expect.objectContaining({ board: name, state: 'failed', exit: 3 }));
  expect(failed.stdout + failed.stderr).toContain('no-such-board');
});
