import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { testImage } from './image.fixture.ts';
import { checkImage, IMAGE_PROBLEMS, MAX_IMAGE_BYTES } from './image.ts';
import { md5 } from './md5.ts';

it('MD5 is that of RFC 1321 and of node, for every length around a block', () => {
  const hex = (text: string) => Buffer.from(md5(Buffer.from(text))).toString('hex');
  expect(hex('')).toBe('d41d8cd98f00b204e9800998ecf8427e');
  expect(hex('message digest')).toBe('f96b697d7cb7938d525a2f31aaf161d0');
  for (let length = 0; length < 200; length += 1) {
    // At an odd place of a larger buffer, as a piece of a file is.
    const bytes = randomBytes(length + 3).subarray(3);
    expect(Buffer.from(md5(bytes))).toEqual(createHash('md5').update(bytes).digest());
  }
});

it('takes an image of MicroPython, with padding behind it or another flash size in its header', () => {
  const image = testImage();
  expect(checkImage(image)).toEqual({ ok: true, sizeBytes: 0xa010, flashMode: 'dio' });
  expect(checkImage(Buffer.concat([image, Buffer.alloc(100, 0xff)]))).toMatchObject({ ok: true });
  const changed = Uint8Array.from(image);
  changed[2] = 3;
  changed[3] = 0x20;
  expect(checkImage(changed)).toMatchObject({ ok: true, flashMode: 'dout' });
});

const withByte = (at: number, value: number) => {
  const image = testImage();
  image[at] = value;
  return image;
};
const withSize = (size: number) => {
  const image = testImage();
  new DataView(image.buffer).setUint32(0x8ffc, size, true);
  return image;
};

it.each([
  ['nothing', new Uint8Array(), 'not-an-image'],
  ['a text', Buffer.from('<!doctype html>'.repeat(4000)), 'not-an-image'],
  ['an image without segments', withByte(1, 0), 'not-an-image'],
  ['its first bytes alone', testImage().subarray(0, 10), 'truncated'],
  ['half a segment', testImage().subarray(0, 40), 'truncated'],
  ['the boot part without its checksum', testImage().subarray(0, 90), 'truncated'],
  ['the boot part alone', testImage().subarray(0, 0x8000), 'truncated'],
  ['all but the last byte', testImage().subarray(0, -1), 'truncated'],
  ['an image of an ESP32', testImage({ loadAt: 0x3f400020 }), 'other-chip'],
  ['an image of another program', withSize(0xffff_ffff), 'not-micropython'],
  ['a segment that runs over the size', withByte(14, 0xff), 'not-micropython'],
  ['a wrong byte in the boot part', withByte(20, 0x55), 'damaged'],
  ['a wrong byte in the firmware', withByte(0x9800, 0), 'damaged'],
  ['a wrong byte in the MD5', withByte(0xa00f, 0x5a), 'damaged'],
  ['more than 4 MB', Buffer.concat([testImage(), Buffer.alloc(MAX_IMAGE_BYTES)]), 'too-large'],
] as const)('refuses %s', (_what, bytes, reason) => {
  expect(checkImage(bytes)).toEqual({ ok: false, reason });
  expect(IMAGE_PROBLEMS[reason]).toMatch(/\.$/);
});

it('a megabyte is checked in a moment', () => {
  const image = testImage({ sizeBytes: 1024 * 1024 });
  const started = performance.now();
  expect(checkImage(image).ok).toBe(true);
  expect(performance.now() - started).toBeLessThan(1_000);
});
