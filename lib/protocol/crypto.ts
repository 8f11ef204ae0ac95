/**
 * What CM1 asks of its runtime: a port of seven functions. lib/node/crypto.ts implements it with `node:crypto`.
 * Making an AES or HMAC object costs Node 15 µs, using one 0.7 µs: so both are made once a key and kept.
 */
export interface CryptoPort {
  randomBytes(count: number): Uint8Array;
  sha256(data: Uint8Array): Uint8Array;
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array;
  /** HMAC-SHA-256 with the key's two blocks prepared. */
  macKey(key: Uint8Array): MacKey;
  cbcEncryptor(key: Uint8Array): CbcChain;
  cbcDecryptor(key: Uint8Array): CbcChain;
  /** In constant time; false when the lengths differ. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}

export interface MacKey {
  /** Writes the first `count` bytes of the HMAC of `data` to `into`, from `at` on. */
  tag(data: Uint8Array, into: Uint8Array, at: number, count: number): void;
}

/** AES-128-CBC over whole blocks as one endless message: the first IV is zero, afterwards the last ciphertext block seen. */
export interface CbcChain {
  update(blocks: Uint8Array): Uint8Array;
}
