import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { findFirmware, makeFirmware } from './firmware-image.ts';

test('what is made is found, with its header as it stands', () => {
  expect(findFirmware(makeFirmware({ variant: '1M', flashMode: 'dout' }))).toMatchObject({
    variant: '1M',
    flashMode: 'dout',
    flashBytes: 1024 * 1024,
  });
  const changed = makeFirmware();
  changed[3] = 0x30;
  expect(findFirmware(changed)).toMatchObject({ variant: '2M', flashBytes: 2 * 1024 * 1024 });
});

test('it has the size that was wished for and compresses as firmware does', () => {
  const image = makeFirmware();
  expect(image.length).toBe(600 * 1024);
  const ratio = deflateSync(image, { level: 9 }).length / image.length;
  expect(ratio).toBeGreaterThan(0.55);
  expect(ratio).toBeLessThan(0.75);
});

test('a flipped bit, a missing end and blank flash are not firmware', () => {
  const flipped = makeFirmware({ sizeBytes: 100 * 1024 });
  flipped[50_000] = (flipped[50_000] ?? 0) ^ 1;
  expect(findFirmware(flipped)).toBeUndefined();
  expect(findFirmware(makeFirmware({ sizeBytes: 100 * 1024 }).subarray(0, 90_000))).toBeUndefined();
  expect(findFirmware(new Uint8Array(1024 * 1024).fill(0xff))).toBeUndefined();
});
