/**
 * Sealing of plaintexts into records and opening of records, one object a direction: A128CBC-HS256 of RFC 7518 §5.2.3 with an
 * implicit sequence number, so that a record that is replayed, reflected, left out or moved is refused like a changed one.
 * Does not know what a plaintext means: that is operations.ts.
 */
import { passingBytes, writeU32, writeU64 } from './bytes.ts';
import type { CbcChain, CryptoPort, MacKey } from './crypto.ts';
import { FRAME, PLAINTEXT_MAX_BYTES, RECORD_IV_BYTES, RECORD_MIN_BYTES, RECORD_TAG_BYTES } from './frames.ts';

const BLOCK_BYTES = 16;
const MAC_KEY_BYTES = 16;
/** type ‖ seq before IV and ciphertext, their length in bits after them. */
const AAD_BYTES = 9;
const AAD_LENGTH_BYTES = 8;
const CHAIN_MAX_BYTES = BLOCK_BYTES + PLAINTEXT_MAX_BYTES + BLOCK_BYTES;
const RECORD_OVERHEAD_BYTES = 1 + RECORD_TAG_BYTES;

/** The largest record that carries a plaintext of `plaintextBytes`. */
export function recordBytes(plaintextBytes: number): number {
  const padded = plaintextBytes + BLOCK_BYTES - (plaintextBytes % BLOCK_BYTES);
  return 1 + RECORD_IV_BYTES + padded + RECORD_TAG_BYTES;
}

const RECORD_MAX_BYTES = recordBytes(PLAINTEXT_MAX_BYTES);

// Sealing and opening are synchronous, so one set of buffers serves every session.
const chainInput = new Uint8Array(CHAIN_MAX_BYTES);
const macInput = new Uint8Array(AAD_BYTES + CHAIN_MAX_BYTES + AAD_LENGTH_BYTES);
const expectedTag = new Uint8Array(RECORD_TAG_BYTES);

/** Seals what one side sends. */
export class Sealer {
  readonly #mac: MacKey;
  readonly #chain: CbcChain;
  readonly #lastBlock = new Uint8Array(BLOCK_BYTES);
  #seq = 0;

  constructor(crypto: CryptoPort, key: Uint8Array) {
    this.#mac = crypto.macKey(key.subarray(0, MAC_KEY_BYTES));
    this.#chain = crypto.cbcEncryptor(key.subarray(MAC_KEY_BYTES));
  }

  /** Throws when the plaintext is longer than PLAINTEXT_MAX_BYTES: the caller splits. */
  seal(plaintext: Uint8Array): Uint8Array {
    if (plaintext.length > PLAINTEXT_MAX_BYTES)
      throw new RangeError(`A plaintext of ${plaintext.length} bytes does not fit into a record.`);
    const ivAndCiphertext = this.#encrypt(plaintext);
    const record = passingBytes(ivAndCiphertext.length + RECORD_OVERHEAD_BYTES);
    record[0] = FRAME.record;
    record.set(ivAndCiphertext, 1);
    writeTag(this.#mac, this.#seq, ivAndCiphertext, record, record.length - RECORD_TAG_BYTES);
    this.#seq += 1;
    return record;
  }

  /**
   * The record's IV is AES of its counter block, which is what CBC makes of that block when it is put before the plaintext and
   * the chaining value is zero. The chain still holds the last block of the record before: it is taken out beforehand.
   */
  #encrypt(plaintext: Uint8Array): Uint8Array {
    const pad = BLOCK_BYTES - (plaintext.length % BLOCK_BYTES);
    const end = BLOCK_BYTES + plaintext.length + pad;
    chainInput.fill(0, 0, BLOCK_BYTES);
    writeU64(chainInput, BLOCK_BYTES - 8, this.#seq);
    for (let i = 0; i < BLOCK_BYTES; i++) chainInput[i] = (chainInput[i] ?? 0) ^ (this.#lastBlock[i] ?? 0);
    chainInput.set(plaintext, BLOCK_BYTES);
    chainInput.fill(pad, end - pad, end);
    const output = this.#chain.update(chainInput.subarray(0, end));
    for (let i = 0; i < BLOCK_BYTES; i++) this.#lastBlock[i] = output[end - BLOCK_BYTES + i] ?? 0;
    return output;
  }
}

/** Opens what the other side has sealed. The first bad record ends it: every later one is refused, too. */
export class Opener {
  readonly #crypto: CryptoPort;
  readonly #mac: MacKey;
  readonly #chain: CbcChain;
  #seq = 0;
  #broken = false;

  constructor(crypto: CryptoPort, key: Uint8Array) {
    this.#crypto = crypto;
    this.#mac = crypto.macKey(key.subarray(0, MAC_KEY_BYTES));
    this.#chain = crypto.cbcDecryptor(key.subarray(MAC_KEY_BYTES));
  }

  /** The plaintext; undefined when the record is not the next one of this direction, unchanged. */
  open(record: Uint8Array): Uint8Array | undefined {
    const plaintext = this.#broken ? undefined : this.#open(record);
    this.#broken = plaintext === undefined;
    return plaintext;
  }

  #open(record: Uint8Array): Uint8Array | undefined {
    if (!hasRecordShape(record)) return undefined;
    const tagAt = record.length - RECORD_TAG_BYTES;
    const ivAndCiphertext = record.subarray(1, tagAt);
    writeTag(this.#mac, this.#seq, ivAndCiphertext, expectedTag, 0);
    if (!this.#crypto.equal(expectedTag, record.subarray(tagAt))) return undefined;
    this.#seq += 1;
    // The chain's own value only falsifies the IV's block, which carries nothing; the IV then chains the ciphertext.
    const output = this.#chain.update(ivAndCiphertext);
    return withoutPadding(output);
  }
}

function hasRecordShape(record: Uint8Array): boolean {
  if (record.length < RECORD_MIN_BYTES || record.length > RECORD_MAX_BYTES || record[0] !== FRAME.record) return false;
  return (record.length - RECORD_MIN_BYTES) % BLOCK_BYTES === 0;
}

/** RFC 7518 §5.2.2.1: HMAC over AAD ‖ IV ‖ ciphertext ‖ bits of AAD, its first 16 bytes. */
function writeTag(mac: MacKey, seq: number, ivAndCiphertext: Uint8Array, into: Uint8Array, at: number): void {
  macInput[0] = FRAME.record;
  writeU64(macInput, 1, seq);
  macInput.set(ivAndCiphertext, AAD_BYTES);
  const end = AAD_BYTES + ivAndCiphertext.length;
  writeU32(macInput, end, 0);
  writeU32(macInput, end + 4, AAD_BYTES * 8);
  mac.tag(macInput.subarray(0, end + AAD_LENGTH_BYTES), into, at, RECORD_TAG_BYTES);
}

/** PKCS#7. The tag was good, so a bad padding is the sender's mistake and tells an attacker nothing. */
function withoutPadding(output: Uint8Array): Uint8Array | undefined {
  const pad = output[output.length - 1] ?? 0;
  if (pad < 1 || pad > BLOCK_BYTES) return undefined;
  const end = output.length - pad;
  for (let i = end; i < output.length; i++) if (output[i] !== pad) return undefined;
  const plaintext = output.subarray(BLOCK_BYTES, end);
  return plaintext.length > PLAINTEXT_MAX_BYTES ? undefined : plaintext;
}
