/** A newcomer without hardware: a virtual board, and Python running on it, live. */
import { expect, test } from './fixtures.ts';

const COUNT = `import time
for number in range(1, 6):
    print('count', number)
    time.sleep(0.3)
`;
const ASK = `name = input('Your name? ')
print('Hello, ' + name + '!')
`;
const FAIL = `def divide(a, b):
    return a / b

divide(1, 0)
`;

test('a virtual board comes on line in the live list, runs code and streams what it prints', async ({
  page,
  boards,
  board,
  look,
}) => {
  await boards.open();
  await boards.addVirtual();
  await board.expectOnline();
  await expect(page.getByText('virtual').first()).toBeVisible();

  await board.runCode(COUNT);
  await expect(board.runState).toHaveText('running');
  await expect(board.output).toContainText('count 1');
  await look('board-running');
  await expect(board.output).toContainText('count 5');
  await expect(board.runState).toHaveText('succeeded');

  await board.runCode(FAIL);
  await expect(board.traceback).toContainText('ZeroDivisionError: divide by zero');
  await expect(board.runState).toHaveText('failed');
  await look('board-traceback');

  await board.runCode(ASK);
  await expect(board.output).toContainText('Your name?');
  await board.sendLine('Grace');
  await expect(board.output).toContainText('Hello, Grace!');
  await expect(board.runState).toHaveText('succeeded');

  await board.runCode('while True: pass');
  await expect(board.runState).toHaveText('running');
  await board.interrupt.click();
  await expect(board.runState).toHaveText('interrupted');

  await expect(board.lastRuns).toHaveCount(4);
  await board.lastRuns.last().click();
  await expect(board.output).toContainText('count 5');
  await page.reload();
  await expect(board.output).toContainText('count 5');
});

test('the list of boards changes without a reload and is worked with the keyboard', async ({
  page,
  boards,
  board,
  look,
  mbm,
}) => {
  const added = await mbm('board-add', 'garden-1', '--json');
  expect(added.exit, added.stderr).toBe(0);
  await boards.open();
  await expect(boards.row('garden-1')).toContainText('offline');

  expect((await mbm('board-add', 'garden-2', '--json')).exit).toBe(0);
  await expect(boards.row('garden-2')).toBeVisible();
  await look('boards');

  await page.keyboard.press('/');
  await page.keyboard.type('garden-2');
  await expect(boards.row('garden-1')).toBeHidden();
  await expect(page).toHaveURL(/q=garden-2/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(board.heading('garden-2')).toBeVisible();
  await expect(board.run).toBeDisabled();
  await look('board-offline');
});

test('a board added by hand gets its id, key and addresses, once', async ({ page, boards, look }) => {
  await boards.open();
  await boards.openAddByHand();
  await page.getByLabel('Name').fill('not a name!');
  await page.getByRole('button', { name: 'Get id and key' }).click();
  await expect(page.getByText(/A board name has letters/)).toBeVisible();
  await page.getByLabel('Name').fill('by-hand-1');
  await page.getByRole('button', { name: 'Get id and key' }).click();
  await expect(page.getByRole('heading', { name: 'by-hand-1 may now connect' })).toBeVisible();
  await expect(page.getByText(/^[0-9a-f]{64}$/)).toBeVisible();
  await look('board-provisioned');
});
