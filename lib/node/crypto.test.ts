import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hexOf } from '#lib/protocol/bytes.ts';
import { nodeCrypto } from './crypto.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const ascii = (text: string) => new Uint8Array(Buffer.from(text));
const repeat = (byte: number, count: number) => new Uint8Array(count).fill(byte);

/** RFC 4231 §4.2–4.8: key, data, HMAC-SHA-256 (case 5 is truncated to 128 bits). */
const RFC_4231: readonly (readonly [Uint8Array, Uint8Array, string])[] = [
  [repeat(0x0b, 20), ascii('Hi There'), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [
    ascii('Jefe'),
    ascii('what do ya want for nothing?'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [repeat(0xaa, 20), repeat(0xdd, 50), '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe'],
  [
    hex('0102030405060708090a0b0c0d0e0f10111213141516171819'),
    repeat(0xcd, 50),
    '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  ],
  [repeat(0x0c, 20), ascii('Test With Truncation'), 'a3b6167473100ee06e0c796c2955552b'],
  [
    repeat(0xaa, 131),
    ascii('Test Using Larger Than Block-Size Key - Hash Key First'),
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
  [
    repeat(0xaa, 131),
    ascii(
      'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
    ),
    '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
  ],
];

function tagOf(key: Uint8Array, data: Uint8Array): Uint8Array {
  const tag = new Uint8Array(32);
  nodeCrypto.macKey(key).tag(data, tag, 0, 32);
  return tag;
}

test.each(RFC_4231)('HMAC-SHA-256 answers case %# of RFC 4231, prepared or not', (key, data, expected) => {
  const length = expected.length / 2;
  expect(hexOf(nodeCrypto.hmacSha256(key, data).subarray(0, length))).toBe(expected);
  expect(hexOf(tagOf(key, data).subarray(0, length))).toBe(expected);
});

test('a prepared HMAC key is the same as node’s for every length, also past the kept buffer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.uint8Array({ maxLength: 6_000 }), (key, data) => {
      const expected = createHmac('sha256', key).update(data).digest();
      expect(hexOf(tagOf(key, data))).toBe(expected.toString('hex'));
    }),
  );
});

test('the CBC chain starts with a zero IV, goes on over calls and is undone by its counterpart', () => {
  const key = randomBytes(16);
  const message = randomBytes(96);
  const encryptor = nodeCrypto.cbcEncryptor(key);
  const decryptor = nodeCrypto.cbcDecryptor(key);
  const parts = [message.subarray(0, 16), message.subarray(16, 64), message.subarray(64)];
  const encrypted = parts.map((part) => encryptor.update(part));
  const reference = createCipheriv('aes-128-cbc', key, Buffer.alloc(16)).setAutoPadding(false).update(message);
  expect(Buffer.concat(encrypted)).toEqual(reference);
  expect(Buffer.concat(encrypted.map((part) => decryptor.update(part)))).toEqual(message);
});

test('equal compares lengths, too', () => {
  expect(nodeCrypto.equal(hex('0102'), hex('0102'))).toBe(true);
  expect(nodeCrypto.equal(hex('0102'), hex('0103'))).toBe(false);
  expect(nodeCrypto.equal(hex('0102'), hex('010203'))).toBe(false);
});
