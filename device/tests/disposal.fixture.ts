import { onTestFinished } from 'vitest';

/**
 * Disposes of it when the test has ended, whatever came of the test. (`await using` says the same, but the check
 * of imports cannot parse it yet.)
 */
export async function untilTestEnds<T extends AsyncDisposable>(making: Promise<T>): Promise<T> {
  const made = await making;
  onTestFinished(() => made[Symbol.asyncDispose]());
  return made;
}
