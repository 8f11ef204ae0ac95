import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeCrypto as crypto } from '#lib/node/crypto.ts';
import { bytesOfHex, hexOf } from './bytes.ts';
import {
  answerM1,
  answerM2,
  deriveDecoyKey,
  deriveNextKey,
  isM3Good,
  packM1,
  parseM1,
  transcriptHash,
} from './handshake.ts';
import vectors from './vectors.json' with { type: 'json' };

const hex = (text: string) => bytesOfHex(text)!;
const K = hex(vectors.K);
const M1 = hex(vectors.m1);
const M2 = hex(vectors.m2);
const M3 = hex(vectors.m3);
const HUB_NONCE = new Uint8Array(32).fill(0xc0);
const hub = answerM1(crypto, K, M1, HUB_NONCE);

const flipped = (bytes: Uint8Array, bit: number) => {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
};

test('both sides make the messages and keys of the vectors', () => {
  const boardId = new Uint8Array(16).map((_, i) => 0x40 + i);
  expect(hexOf(packM1({ boardId, epoch: 1, nonce: new Uint8Array(32).fill(0xb0) }))).toBe(vectors.m1);
  expect(parseM1(M1)).toEqual({ boardId, epoch: 1, nonce: new Uint8Array(32).fill(0xb0) });
  expect(hexOf(transcriptHash(crypto, M1, M2))).toBe(vectors.th);
  expect(hexOf(hub.m2)).toBe(vectors.m2);
  const board = answerM2(crypto, K, M1, M2)!;
  expect(hexOf(board.m3)).toBe(vectors.m3);
  for (const { keys } of [hub, board]) {
    expect([hexOf(keys.boardToHub), hexOf(keys.hubToBoard)]).toEqual([vectors.b2h, vectors.h2b]);
  }
  expect(isM3Good(crypto, M3, hub.boardProof)).toBe(true);
});

test('every single-bit flip of M2 is refused by the board', () => {
  for (let bit = 0; bit < M2.length * 8; bit++)
    expect(answerM2(crypto, K, M1, flipped(M2, bit)), `bit ${bit}`).toBeUndefined();
});

test('every single-bit flip of M3 is refused by the hub', () => {
  for (let bit = 0; bit < M3.length * 8; bit++)
    expect(isM3Good(crypto, flipped(M3, bit), hub.boardProof), `bit ${bit}`).toBe(false);
});

test('every single-bit flip of M1 on its way makes the board refuse M2, or is refused at once', () => {
  for (let bit = 0; bit < M1.length * 8; bit++) {
    const heard = flipped(M1, bit);
    if (!parseM1(heard)) continue;
    const { m2 } = answerM1(crypto, K, heard, HUB_NONCE);
    expect(answerM2(crypto, K, M1, m2), `bit ${bit}`).toBeUndefined();
  }
});

test('messages that are cut, extended, reflected or of another handshake are refused', () => {
  for (let length = 0; length <= 80; length++) {
    const cut = (bytes: Uint8Array) => {
      const other = new Uint8Array(length);
      other.set(bytes.subarray(0, length));
      return other;
    };
    if (length !== M1.length) expect(parseM1(cut(M1))).toBeUndefined();
    if (length !== M2.length) expect(answerM2(crypto, K, M1, cut(M2))).toBeUndefined();
    if (length !== M3.length) expect(isM3Good(crypto, cut(M3), hub.boardProof)).toBe(false);
  }
  expect(answerM2(crypto, K, M1, M1)).toBeUndefined();
  // The hub's own proof in the shape of an M3.
  const reflected = Uint8Array.of(3, 0, 0, 0, ...M2.subarray(40));
  expect(isM3Good(crypto, reflected, hub.boardProof)).toBe(false);
  const again = answerM1(crypto, K, M1, crypto.randomBytes(32));
  expect(isM3Good(crypto, M3, again.boardProof)).toBe(false);
});

test('a key that differs in one bit proves nothing, either way', () => {
  for (let bit = 0; bit < 256; bit += 5) {
    const other = flipped(K, bit);
    expect(answerM2(crypto, other, M1, M2)).toBeUndefined();
    expect(isM3Good(crypto, M3, answerM1(crypto, other, M1, HUB_NONCE).boardProof)).toBe(false);
  }
});

test('M1 must offer our suite and no flags; further suites are the future’s', () => {
  expect(parseM1(Uint8Array.of(...M1.subarray(0, 2), 3, ...M1.subarray(3)))).toBeDefined();
  expect(parseM1(Uint8Array.of(...M1.subarray(0, 2), 2, ...M1.subarray(3)))).toBeUndefined();
  expect(parseM1(Uint8Array.of(...M1.subarray(0, 3), 1, ...M1.subarray(4)))).toBeUndefined();
});

test('random bytes never pass and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(answerM2(crypto, K, M1, bytes)).toBeUndefined();
      expect(isM3Good(crypto, bytes, hub.boardProof)).toBe(false);
      parseM1(bytes);
    }),
  );
});

test('derived keys depend on all that they are derived from', () => {
  const random = crypto.randomBytes(32);
  const next = hexOf(deriveNextKey(crypto, K, random));
  expect(next).toHaveLength(64);
  expect(hexOf(deriveNextKey(crypto, flipped(K, 0), random))).not.toBe(next);
  expect(hexOf(deriveNextKey(crypto, K, flipped(random, 9)))).not.toBe(next);
  expect(hexOf(deriveDecoyKey(crypto, K, random.subarray(0, 16)))).not.toBe(next);
});
