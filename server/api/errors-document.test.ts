import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ERRORS } from '#lib/errors.ts';

it('docs/errors.md has every error as the code has it, and no other', () => {
  const document = readFileSync(join(import.meta.dirname, '../../docs/errors.md'), 'utf8');
  const documented = document
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.replaceAll(/ +/g, ' '));
  const expected = Object.entries(ERRORS).map(
    ([code, { status, retry, message, hint }]) =>
      `| \`${code}\` | ${status} | ${retry ? 'yes' : 'no'} | ${message} | ${hint} |`,
  );
  expect(documented).toEqual(expected);
});
