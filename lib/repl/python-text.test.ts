import { expect, test } from 'vitest';
import { pythonBytes, pythonString } from './python-text.ts';

test.each([
  ['plain', "'plain'"],
  ['it\'s "so"', `'it\\'s "so"'`],
  ['a\\b\n\x03\x04', "'a\\\\b\\u000a\\u0003\\u0004'"],
  ['Küche 😀', "'K\\u00fcche \\U0001f600'"],
])('%j is a literal in ASCII without control characters', (text, literal) => {
  expect(pythonString(text)).toBe(literal);
  expect(literal).toMatch(/^[\x20-\x7e]*$/);
});

test.each<[string, number[], string]>([
  ['binary ones as base64', [0, 3, 4, 255], "d(b'AAME/w==')"],
  ['text as it is', [...Buffer.from('it\'s\n\\ "x"')], `b'it\\'s\\n\\\\ "x"'`],
  ['none', [], "b''"],
])('bytes: %s', (_, bytes, expression) => {
  expect(pythonBytes(Uint8Array.from(bytes), 'd')).toBe(expression);
});
