import { describe, expect, test } from 'vitest';
import { cleanRegions, fitsInFlash, rfData, variantFor, withHeader } from './flash-layout.ts';
import { testImage } from './image.fixture.ts';
import { checkImage } from './image.ts';

const MB = 1024 * 1024;

describe('the layout of flash', () => {
  test('the variant follows from the size', () => {
    expect([MB / 2, MB, 2 * MB, 4 * MB, 16 * MB].map(variantFor)).toEqual([
      undefined,
      'flash_1m',
      'standard',
      'standard',
      'standard',
    ]);
  });

  test('firmware must end before its files begin', () => {
    expect([fitsInFlash(0x99000, MB), fitsInFlash(0x99001, MB)]).toEqual([true, false]);
    expect([fitsInFlash(MB, 4 * MB), fitsInFlash(MB + 1, 4 * MB), fitsInFlash(1, MB / 2)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('a clean install erases the superblocks of the file system and what the SDK remembers, not the RF calibration', () => {
    expect(cleanRegions(0x90000, MB)).toEqual([
      { address: 0x99000, sizeBytes: 0x2000 },
      { address: 0xfd000, sizeBytes: 0x3000 },
    ]);
    expect(cleanRegions(0xa0000, 4 * MB)).toEqual([
      { address: 0x100000, sizeBytes: 0x2000 },
      { address: 0x3fd000, sizeBytes: 0x3000 },
    ]);
  });

  test('a small variant on a large flash gets a new file system too', () => {
    expect(cleanRegions(0x90000, 2 * MB).map(({ address }) => address)).toEqual([0x100000, 0x99000, 0x1fd000]);
  });
});

describe('the header', () => {
  test.each([
    [1, 0x20],
    [2, 0x30],
    [4, 0x40],
    [8, 0x80],
    [16, 0x90],
  ])('says %i MB and stays valid', (megabytes, nibble) => {
    const image = testImage();
    const written = withHeader(image, megabytes * MB);
    expect((written[3] ?? 0) & 0xf0).toBe(nibble);
    expect([written[2], written[3]! & 0x0f]).toEqual([image[2], image[3]! & 0x0f]);
    expect(checkImage(written)).toMatchObject({ ok: true, flashMode: 'dio' });
  });

  test('has another mode on wish only', () => {
    expect(checkImage(withHeader(testImage(), MB, 'dout'))).toMatchObject({ flashMode: 'dout' });
  });

  test('what is written is whole words', () => {
    expect(withHeader(new Uint8Array(13), MB).length).toBe(16);
  });
});

describe('RF calibration data', () => {
  const head = [0x05, 0x00, 0x04, 0x02, 0x05, 0x05, 0x05, 0x02, 0x05, 0x00, 0x04, 0x05];
  const image = new Uint8Array(1000);
  image.set(head, 500);

  test('above 4 MB is taken from the firmware to the fourth sector from the end', () => {
    expect(rfData(image, 8 * MB)).toEqual({ address: 0x7fc000, data: image.slice(500, 628) });
    expect(rfData(image, 16 * MB)?.address).toBe(0xffc000);
  });

  test('is the affair of the firmware up to 4 MB, and missing where it carries none', () => {
    expect(rfData(image, 4 * MB)).toBe(undefined);
    expect(rfData(new Uint8Array(1000), 8 * MB)).toBe(undefined);
  });
});
