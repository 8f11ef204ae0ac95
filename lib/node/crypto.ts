/** The crypto port of lib/protocol on `node:crypto`. Not for `app/`: it cannot be bundled for a browser. */
import { createCipheriv, createDecipheriv, createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { CbcChain, CryptoPort, MacKey } from '#lib/protocol/crypto.ts';

const HASH_BLOCK_BYTES = 64;
const SHA256_BYTES = 32;
const ZERO_IV = Buffer.alloc(16);
/** Everything here is synchronous, so one buffer serves all keys; it grows to the longest message seen. */
let inner = Buffer.alloc(2048);
const outer = Buffer.alloc(HASH_BLOCK_BYTES + SHA256_BYTES);

class NodeMacKey implements MacKey {
  readonly #innerBlock = new Uint8Array(HASH_BLOCK_BYTES);
  readonly #outerBlock = new Uint8Array(HASH_BLOCK_BYTES);

  constructor(key: Uint8Array) {
    // RFC 2104: a key longer than a block is hashed first.
    const short = key.length > HASH_BLOCK_BYTES ? hash('sha256', key, 'buffer') : key;
    for (let i = 0; i < HASH_BLOCK_BYTES; i++) {
      const byte = short[i] ?? 0;
      this.#innerBlock[i] = byte ^ 0x36;
      this.#outerBlock[i] = byte ^ 0x5c;
    }
  }

  tag(data: Uint8Array, into: Uint8Array, at: number, count: number): void {
    const length = HASH_BLOCK_BYTES + data.length;
    if (inner.length < length) inner = Buffer.alloc(length);
    inner.set(this.#innerBlock, 0);
    inner.set(data, HASH_BLOCK_BYTES);
    outer.set(this.#outerBlock, 0);
    // Node makes a string of 32 characters twice as fast as a Buffer.
    outer.write(hash('sha256', inner.subarray(0, length), 'binary'), HASH_BLOCK_BYTES, 'latin1');
    const digest = hash('sha256', outer, 'binary');
    for (let i = 0; i < count; i++) into[at + i] = digest.charCodeAt(i);
  }
}

/** node:crypto's objects have `update` in the shape of the port; automatic padding would hold a block back. */
export const nodeCrypto: CryptoPort = {
  randomBytes: (count) => randomBytes(count),
  sha256: (data) => hash('sha256', data, 'buffer'),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
  macKey: (key) => new NodeMacKey(key),
  cbcEncryptor: (key): CbcChain => createCipheriv('aes-128-cbc', key, ZERO_IV).setAutoPadding(false),
  cbcDecryptor: (key): CbcChain => createDecipheriv('aes-128-cbc', key, ZERO_IV).setAutoPadding(false),
  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};
