import { expect, test } from 'vitest';
import { advance, startTransfer, viewTransfer } from './transfer.ts';

test('speed and time left are told when they have been measured', () => {
  const start = startTransfer(1000, 0);
  expect(viewTransfer(start)).toEqual({ bytesPerS: undefined, leftMs: undefined });
  expect(viewTransfer(advance(start, 100, 100))).toEqual({ bytesPerS: undefined, leftMs: undefined });
  expect(viewTransfer(advance(start, 250, 500))).toEqual({ bytesPerS: 500, leftMs: 1500 });
  expect(viewTransfer(advance(start, 1000, 2000))).toEqual({ bytesPerS: 500, leftMs: 0 });
});

test('progress never goes back', () => {
  expect(advance(advance(startTransfer(10, 0), 8, 1), 4, 2).doneBytes).toBe(8);
});
