/** The first start of a hub as its owner sees it: the printed link, an account, an empty list of boards. */
import { expect, lookAt, OWNER, ROOT, test } from './fixtures.ts';

test('the set-up link makes the first account and signs it in', async ({ page }) => {
  await page.goto(process.env.CLOUDMANAGER_SETUP_URL ?? '');
  await page.getByLabel('Your name').fill(OWNER.name);
  await page.getByLabel('E-mail').fill(OWNER.email);
  await page.getByLabel('Team name').fill(OWNER.team);
  const password = page.getByRole('textbox', { name: 'Password' });

  await password.fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByText('A password has at least 10 characters.')).toBeVisible();

  await password.fill(OWNER.password);
  await lookAt(page, 'desktop', 'setup');
  await page.getByRole('button', { name: 'Create account' }).click();

  await expect(page.getByRole('button', { name: 'Add a virtual board' })).toBeVisible();
  await expect(page.getByText(OWNER.team)).toBeVisible();
  await lookAt(page, 'desktop', 'boards-welcome');
  await page.context().storageState({ path: `${ROOT}.cache/auth/owner.json` });
});

test('a set-up link works once', async ({ page }) => {
  await page.goto(process.env.CLOUDMANAGER_SETUP_URL ?? '');
  await page.getByLabel('Your name').fill('Mallory');
  await page.getByLabel('E-mail').fill('mallory@example.org');
  await page.getByLabel('Team name').fill('Mine now');
  await page.getByRole('textbox', { name: 'Password' }).fill(OWNER.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'set up already' })).toBeVisible();
});
