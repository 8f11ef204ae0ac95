import { expect, test } from 'vitest';
import { asLine, atLeast, atMost, figureSchema, median, percentile, plain } from './figures.ts';

test('a limit that is reached is kept; beyond it is missed', () => {
  expect(atMost('a', 10, 'ms', 10)).toMatchObject({ ok: true, target: '≤ 10' });
  expect(atMost('a', 10.001, 'ms', 10).ok).toBe(false);
  expect(atLeast('a', 0.5, '', 0.5).ok).toBe(true);
  expect(atLeast('a', 0.499, '', 0.5).ok).toBe(false);
  expect(plain('a', 1, '').ok).toBe(true);
});

test('what was not measured is missed, and is no figure', () => {
  const figure = atMost('a', median([]), 'ms', 10);
  expect(figure.ok).toBe(false);
  expect(figureSchema.safeParse(figure).success).toBe(false);
});

test('percentiles', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([median(values), percentile(values, 0.95), percentile(values, 1)]).toEqual([51, 96, 100]);
});

test('a missed target stands out', () => {
  expect(asLine(atMost('a', 12.345, 'ms', 10))).toMatch(/12\.3 ms +MISSED \(≤ 10\)$/);
});
