/** Getting in and out with a password. */
import { expect, OWNER, test } from './fixtures.ts';

test.use({ storageState: { cookies: [], origins: [] } });

test('without an account nothing of the console is shown', async ({ page, look }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await look('sign-in');
  expect((await page.request.get('/api/v1/boards')).status()).toBe(401);
});

test('a wrong password is refused, the right one opens the page that was asked for; signing out ends the session', async ({
  page,
  context,
}) => {
  await page.goto('/?state=online');
  await page.getByLabel('E-mail').fill(OWNER.email);
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'wrong' })).toBeVisible();

  await page.getByRole('textbox', { name: 'Password' }).fill(OWNER.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/\?state=online$/);

  const cookies = await context.cookies();
  await page.getByRole('button', { name: /Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();

  // A copy of the cookie is worth nothing any more.
  await context.addCookies(cookies);
  expect((await page.request.get('/api/v1/me')).status()).toBe(401);
});
