import { expect, test } from 'vitest';
import { countLastLine, countPlaywright, countVitest, settle } from './test.mjs';

test('the last line of the checks is counted', () => {
  expect(countLastLine('ok types\n6 passed, 1 failed\n')).toEqual({ passed: 6, failed: 1, skipped: 0 });
  expect(() => countLastLine('killed')).toThrow('last line');
});

test('a test file that cannot be loaded is a failure', () => {
  const testResults = [
    { status: 'failed', assertionResults: [] },
    { status: 'failed', assertionResults: [{ status: 'failed' }] },
    { status: 'passed', assertionResults: [{ status: 'passed' }] },
  ];
  const results = { numPassedTests: 1, numFailedTests: 1, numPendingTests: 2, numTodoTests: 0, testResults };
  expect(countVitest(results)).toEqual({ passed: 1, failed: 2, skipped: 2 });
});

test('a story that passed only when tried again is a failure', () => {
  const stats = { expected: 3, unexpected: 0, flaky: 1, skipped: 0 };
  expect(countPlaywright({ stats, errors: [] })).toEqual({ passed: 3, failed: 1, skipped: 0 });
});

test('a stage that ends badly with no failed test has one', () => {
  expect(settle({ passed: 5, failed: 0, skipped: 0 }, { ok: false })).toEqual({ passed: 5, failed: 1, skipped: 0 });
  expect(settle({ passed: 5, failed: 0, skipped: 0 }, { ok: true }).failed).toBe(0);
});
