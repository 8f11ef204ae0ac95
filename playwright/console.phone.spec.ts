/** The console on a phone. */
import { expect, test } from './fixtures.ts';

test('on a phone the boards are cards and code runs', async ({ page, boards, board, look }) => {
  await boards.open();
  await boards.addVirtual();
  await board.expectOnline();
  await board.runCode("print('from a phone')");
  await expect(board.output).toContainText('from a phone');
  await look('board');
  await boards.open();
  await look('boards');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
