import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeCrypto as crypto } from '#lib/node/crypto.ts';
import { bytesOfHex, hexOf, utf8 } from './bytes.ts';
import { PLAINTEXT_MAX_BYTES, RECORD_MIN_BYTES } from './frames.ts';
import { Opener, recordBytes, Sealer } from './records.ts';
import vectors from './vectors.json' with { type: 'json' };

const hex = (text: string) => bytesOfHex(text.replace(/\s/g, ''))!;
const KEY = hex(vectors.h2b);
const OTHER_KEY = hex(vectors.b2h);
const plaintexts = fc.uint8Array({ maxLength: PLAINTEXT_MAX_BYTES });
const sealed = (...texts: readonly Uint8Array[]) => {
  const sealer = new Sealer(crypto, KEY);
  return texts.map((text) => sealer.seal(text));
};
const open = (record: Uint8Array) => new Opener(crypto, KEY).open(record);

test('records are those of the vectors', () => {
  expect(sealed(utf8('hello'), utf8('')).map(hexOf)).toEqual([vectors.rec_h2b_0, vectors.rec_h2b_1]);
  const toHub = new Sealer(crypto, OTHER_KEY);
  expect(hexOf(toHub.seal(utf8('0123456789abcdef')))).toBe(vectors.rec_b2h_0);
  const opener = new Opener(crypto, KEY);
  expect(opener.open(hex(vectors.rec_h2b_0))).toEqual(Buffer.from('hello'));
  expect(opener.open(hex(vectors.rec_h2b_1))).toEqual(Buffer.from(''));
});

/** RFC 7518 B.1: the same construction with its own AAD and IV, made here from the primitives that records.ts uses. */
test('AES, HMAC and the order of their input are those of RFC 7518 B.1', () => {
  const key = hex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
  const iv = hex('1af38c2dc2b96ffdd86694092341bc04');
  const aad = utf8('The second principle of Auguste Kerckhoffs');
  const plaintext = utf8(
    'A cipher system must not be required to be secret, and it must be able to fall into the hands of the enemy without inconvenience',
  );
  const ciphertext = hex(`c80edfa32ddf39d5ef00c0b468834279a2e46a1b8049f792f76bfe54b903a9c9
    a94ac9b47ad2655c5f10f9aef71427e2fc6f9b3f399a221489f16362c7032336
    09d45ac69864e3321cf82935ac4096c86e133314c54019e8ca7980dfa4b9cf1b
    384c486f3a54c51078158ee5d79de59fbd34d848b3d69550a67646344427ade5
    4b8851ffb598f7f80074b9473c82e2db`);
  const padded = new Uint8Array([...plaintext, ...new Uint8Array(16).fill(16)]);
  for (let i = 0; i < 16; i++) padded[i]! ^= iv[i]!;
  expect(hexOf(crypto.cbcEncryptor(key.subarray(16)).update(padded))).toBe(hexOf(ciphertext));
  const decrypted = crypto.cbcDecryptor(key.subarray(16)).update(new Uint8Array([...iv, ...ciphertext]));
  expect(Buffer.from(decrypted.subarray(16, 16 + plaintext.length)).toString()).toBe(Buffer.from(plaintext).toString());
  const authenticated = new Uint8Array([...aad, ...iv, ...ciphertext, 0, 0, 0, 0, 0, 0, 1, 0x50]);
  const tag = tagOf(key, authenticated);
  expect(hexOf(tag)).toBe('652c3fa36b0a7c5b3219fab3a30bc1c4');
});

test('what is sealed is opened, in order, at every length', () => {
  fc.assert(
    fc.property(fc.array(plaintexts, { maxLength: 12 }), (texts) => {
      const opener = new Opener(crypto, KEY);
      for (const [i, record] of sealed(...texts).entries()) {
        expect(record).toHaveLength(recordBytes(texts[i]!.length));
        expect(Buffer.from(opener.open(record)!)).toEqual(Buffer.from(texts[i]!));
      }
    }),
  );
});

test('a record opened does not change when the next one is', () => {
  const opener = new Opener(crypto, KEY);
  const [first, second] = sealed(utf8('first'), utf8('other')).map((record) => opener.open(record)!);
  expect([Buffer.from(first!).toString(), Buffer.from(second!).toString()]).toEqual(['first', 'other']);
});

describe('is refused', () => {
  test('every single-bit flip', () => {
    for (const text of ['', 'hello', '0123456789abcdef']) {
      const [record] = sealed(utf8(text));
      for (let bit = 0; bit < record!.length * 8; bit++) {
        const changed = Uint8Array.from(record!);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(open(changed), `bit ${bit}`).toBeUndefined();
      }
    }
  });

  test('every cut and every extension', () => {
    fc.assert(
      fc.property(plaintexts, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 64 }), (text, at, tail) => {
        const [record] = sealed(text);
        expect(open(record!.subarray(0, at % record!.length))).toBeUndefined();
        expect(open(new Uint8Array([...record!, ...tail]))).toBeUndefined();
        expect(open(new Uint8Array([...tail, ...record!]))).toBeUndefined();
      }),
    );
  });

  test('a record that comes again, too early or too late', () => {
    fc.assert(
      fc.property(fc.array(plaintexts, { minLength: 2, maxLength: 8 }), fc.nat(), fc.nat(), (texts, a, b) => {
        const records = sealed(...texts);
        const good = a % records.length;
        const wrong = b % records.length;
        fc.pre(good !== wrong);
        const opener = new Opener(crypto, KEY);
        for (const record of records.slice(0, good)) opener.open(record);
        expect(opener.open(records[wrong]!)).toBeUndefined();
      }),
    );
  });

  test('a record sent back to its sender', () => {
    const [record] = sealed(utf8('hello'));
    expect(new Opener(crypto, OTHER_KEY).open(record!)).toBeUndefined();
  });

  test('everything after the first bad record', () => {
    const [first, second] = sealed(utf8('first'), utf8('second'));
    const opener = new Opener(crypto, KEY);
    opener.open(first!);
    expect(opener.open(first!)).toBeUndefined();
    expect(opener.open(second!)).toBeUndefined();
  });

  test('random bytes of any length, without a throw', () => {
    const shaped = fc.integer({ min: 0, max: 70 }).chain((blocks) => {
      const length = RECORD_MIN_BYTES + 16 * blocks;
      return fc
        .uint8Array({ minLength: length, maxLength: length })
        .map((bytes) => Uint8Array.of(0x10, ...bytes.subarray(1)));
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 1200 }), shaped), (bytes) => {
        expect(open(bytes)).toBeUndefined();
      }),
    );
  });

  test('a plaintext that is too long, by the sender', () => {
    expect(() => sealed(new Uint8Array(PLAINTEXT_MAX_BYTES + 1))).toThrow(RangeError);
    expect(() => sealed(new Uint8Array(PLAINTEXT_MAX_BYTES))).not.toThrow();
  });
});

test('a good tag over a bad padding is refused, as a faulty sender would make it', () => {
  for (const block of [new Uint8Array(16), new Uint8Array(16).fill(17), Uint8Array.of(...new Uint8Array(14), 3, 2)]) {
    expect(open(forge(block))).toBeUndefined();
  }
  expect(open(forge(new Uint8Array(16).fill(16)))).toHaveLength(0);
});

/** A record of sequence number 0 over a block that is padding as it stands. */
function forge(block: Uint8Array): Uint8Array {
  const body = crypto.cbcEncryptor(KEY.subarray(16)).update(new Uint8Array([...new Uint8Array(16), ...block]));
  const authenticated = new Uint8Array([0x10, ...new Uint8Array(8), ...body, ...new Uint8Array(7), 72]);
  const tag = tagOf(KEY, authenticated);
  return new Uint8Array([0x10, ...body, ...tag]);
}

function tagOf(key: Uint8Array, data: Uint8Array): Uint8Array {
  const tag = new Uint8Array(16);
  crypto.macKey(key.subarray(0, 16)).tag(data, tag, 0, 16);
  return tag;
}
