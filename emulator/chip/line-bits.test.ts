import { expect, test } from 'vitest';
import { heardAt } from './line-bits.ts';

const TEXT = Buffer.from(' ets Jan  8 2013,rst cause:2, boot mode:(3,6)\r\n');

test('the same rate, or nearly the same, hears what was said', () => {
  expect(heardAt(TEXT, 115_200, 115_200)).toBe(TEXT);
  expect(heardAt(TEXT, 115_200, 114_000)).toBe(TEXT);
});

test('the boot log at 115200 baud is noise, and always the same', () => {
  const noise = heardAt(TEXT, 74_880, 115_200);
  expect(noise.length).toBeGreaterThan(10);
  expect(Buffer.from(noise).includes('ets')).toBe(false);
  expect(heardAt(TEXT, 74_880, 115_200)).toEqual(noise);
});

test('a receiver at half the rate sees two bits as one', () => {
  // 0xff is a start bit and then the idle level: a lone 0 that half the rate still takes for a start.
  expect([...heardAt(Uint8Array.of(0xff), 115_200, 57_600)]).toEqual([0xff]);
});
