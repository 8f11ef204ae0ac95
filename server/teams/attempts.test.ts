import { expect, it } from 'vitest';
import { ATTEMPTS_PER_ACCOUNT, ATTEMPTS_PER_ADDRESS, createAttempts } from './attempts.ts';

it('one account may be tried so often, from wherever, and then has to wait', async () => {
  const attempts = createAttempts();
  for (let attempt = 0; attempt < ATTEMPTS_PER_ACCOUNT; attempt += 1)
    expect(await attempts.count('ada', `10.0.0.${attempt}`)).toBeUndefined();
  const waitS = await attempts.count('ada', '10.0.1.1');
  expect(waitS).toBeGreaterThan(0);
  expect(waitS).toBeLessThanOrEqual(15 * 60);
  expect(await attempts.count('eve', '10.0.1.1')).toBeUndefined();
});

it('one address may try so many accounts, and then has to wait', async () => {
  const attempts = createAttempts();
  for (let attempt = 0; attempt < ATTEMPTS_PER_ADDRESS; attempt += 1)
    expect(await attempts.count(`user${attempt}`, '10.0.0.1')).toBeUndefined();
  expect(await attempts.count('another', '10.0.0.1')).toBeGreaterThan(0);
  expect(await attempts.count('another', '10.0.0.2')).toBeUndefined();
});

it('mistakes are forgotten when the right password came', async () => {
  const attempts = createAttempts();
  for (let attempt = 0; attempt < ATTEMPTS_PER_ACCOUNT; attempt += 1) await attempts.count('ada', '10.0.0.1');
  await attempts.forgive('ada');
  expect(await attempts.count('ada', '10.0.0.1')).toBeUndefined();
});
