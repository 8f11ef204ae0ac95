/** What goes wrong with a board, and how the console says so. */
import { expect, test } from './fixtures.ts';

test('a power cut in the middle of a run ends it as cut off, and the board comes back', async ({ boards, board }) => {
  await boards.open();
  await boards.addVirtual();
  await board.expectOnline();
  await board.runCode("import time\nprint('before')\ntime.sleep(60)");
  await expect(board.output).toContainText('before');
  await board.fault('Cut the power');
  await expect(board.runState).toHaveText('cut off', { timeout: 20_000 });
  await board.expectOnline();
  await board.runCode("print('after')");
  await expect(board.output).toContainText('after');
});

test('a board whose program fails three times comes up in safe mode with the traceback', async ({
  page,
  boards,
  board,
  look,
}) => {
  await boards.open();
  await boards.addVirtual();
  await board.expectOnline();
  await board.fault('Break main.py');
  for (const boots of [3, 4]) {
    await expect(page.getByRole('definition').filter({ hasText: new RegExp(`^${boots - 1}$`) })).toBeVisible({
      timeout: 20_000,
    });
    await board.fault('Cut the power');
  }
  await expect(page.getByText(/Safe mode/)).toBeVisible({ timeout: 20_000 });
  await look('board-safe-mode');
  await board.runCode("print('still reachable')");
  await expect(board.output).toContainText('still reachable');
});
