import { expect, test } from 'vitest';
import { createLineEnds } from './line-ends.ts';

function through(...pieces: readonly string[]): string {
  const lineEnds = createLineEnds();
  return pieces.map((piece) => lineEnds.push(piece)).join('') + lineEnds.end();
}

test('a program that prints a line gives a line, wherever the output was cut', () => {
  const whole = 'a\r\nb\r\n\r\nc';
  for (let at = 0; at <= whole.length; at += 1) {
    expect(through(whole.slice(0, at), whole.slice(at))).toBe('a\nb\n\nc');
  }
});

test('a carriage return of the program’s own stays', () => {
  expect(through('10 %\r20 %\r', '30 %\r\n')).toBe('10 %\r20 %\r30 %\n');
  expect(through('x\r\r\n')).toBe('x\r\n');
  expect(through('end\r')).toBe('end\r');
});
