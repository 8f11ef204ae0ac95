/**
 * Mutual challenge and response over one 256-bit key, both sides of it; the hub proves itself first.
 * Pure: nonces come in, messages and keys go out, nothing is kept. Who waits for what is server/session/machine.ts
 * on the hub and the client on a board. The keys go to records.ts.
 */
import { joinBytes, readU32, utf8, writeU32 } from './bytes.ts';
import type { CryptoPort } from './crypto.ts';
import {
  BOARD_ID_BYTES,
  FRAME,
  M1_BYTES,
  M2_BYTES,
  M3_BYTES,
  NONCE_BYTES,
  PROOF_BYTES,
  PROTOCOL_VERSION,
  SUITE_S1,
} from './frames.ts';

export interface Hello {
  readonly boardId: Uint8Array;
  readonly epoch: number;
  readonly nonce: Uint8Array;
}

export interface SessionKeys {
  readonly boardToHub: Uint8Array;
  readonly hubToBoard: Uint8Array;
}

/** The hub's answer to an M1. */
export interface HubHandshake {
  readonly m2: Uint8Array;
  /** What M3 must prove. */
  readonly boardProof: Uint8Array;
  readonly keys: SessionKeys;
}

/** The board's answer to a good M2. */
export interface BoardHandshake {
  readonly m3: Uint8Array;
  readonly keys: SessionKeys;
}

const BOARD_ID_AT = 4;
const M1_EPOCH_AT = 20;
const M1_NONCE_AT = 24;
const M2_EPOCH_AT = 4;
const M2_NONCE_AT = 8;
const M2_PROOF_AT = 40;
const M3_PROOF_AT = 4;

const TRANSCRIPT_LABEL = utf8('CM1\0');
const HUB_PROOF = utf8('cm1 hub ');
const BOARD_PROOF = utf8('cm1 brd ');
const BOARD_TO_HUB = utf8('cm1 b2h ');
const HUB_TO_BOARD = utf8('cm1 h2b ');
const NEXT_KEY = utf8('cm1 next');
/** RFC 5869: the counter of the first, and here only, block of HKDF-Expand. */
const FIRST_BLOCK = Uint8Array.of(1);

export function packM1(hello: Hello): Uint8Array {
  const m1 = new Uint8Array(M1_BYTES);
  m1.set([FRAME.m1, PROTOCOL_VERSION, SUITE_S1, 0]);
  m1.set(hello.boardId, BOARD_ID_AT);
  writeU32(m1, M1_EPOCH_AT, hello.epoch);
  m1.set(hello.nonce, M1_NONCE_AT);
  return m1;
}

/** Undefined when the bytes are not an M1 that offers our suite. */
export function parseM1(m1: Uint8Array): Hello | undefined {
  if (m1.length !== M1_BYTES || m1[0] !== FRAME.m1 || m1[1] !== PROTOCOL_VERSION) return undefined;
  if (((m1[2] ?? 0) & SUITE_S1) === 0 || m1[3] !== 0) return undefined;
  return {
    boardId: m1.subarray(BOARD_ID_AT, BOARD_ID_AT + BOARD_ID_BYTES),
    epoch: readU32(m1, M1_EPOCH_AT),
    nonce: m1.subarray(M1_NONCE_AT, M1_NONCE_AT + NONCE_BYTES),
  };
}

/** Hub: proves the key to the board that sent this M1, and says what M3 must be. `m1` must have passed parseM1. */
export function answerM1(crypto: CryptoPort, key: Uint8Array, m1: Uint8Array, hubNonce: Uint8Array): HubHandshake {
  const m2 = new Uint8Array(M2_BYTES);
  m2.set([FRAME.m2, PROTOCOL_VERSION, SUITE_S1, 0]);
  m2.set(m1.subarray(M1_EPOCH_AT, M1_NONCE_AT), M2_EPOCH_AT);
  m2.set(hubNonce, M2_NONCE_AT);
  const transcript = transcriptHash(crypto, m1, m2);
  m2.set(expand(crypto, key, HUB_PROOF, transcript), M2_PROOF_AT);
  return { m2, boardProof: expand(crypto, key, BOARD_PROOF, transcript), keys: sessionKeys(crypto, key, transcript) };
}

/** Board: checks the hub's proof and proves itself. Undefined when the hub does not hold the key or the message is not an M2. */
export function answerM2(
  crypto: CryptoPort,
  key: Uint8Array,
  m1: Uint8Array,
  m2: Uint8Array,
): BoardHandshake | undefined {
  if (m2.length !== M2_BYTES || m2[0] !== FRAME.m2 || m2[1] !== PROTOCOL_VERSION) return undefined;
  if (m2[2] !== SUITE_S1 || m2[3] !== 0 || readU32(m2, M2_EPOCH_AT) !== readU32(m1, M1_EPOCH_AT)) return undefined;
  const transcript = transcriptHash(crypto, m1, m2);
  const hubProof = expand(crypto, key, HUB_PROOF, transcript);
  if (!crypto.equal(hubProof, m2.subarray(M2_PROOF_AT))) return undefined;
  const m3 = new Uint8Array(M3_BYTES);
  m3[0] = FRAME.m3;
  m3.set(expand(crypto, key, BOARD_PROOF, transcript), M3_PROOF_AT);
  return { m3, keys: sessionKeys(crypto, key, transcript) };
}

/** Hub: true when this M3 proves that the board holds the key. */
export function isM3Good(crypto: CryptoPort, m3: Uint8Array, boardProof: Uint8Array): boolean {
  if (m3.length !== M3_BYTES || m3[0] !== FRAME.m3) return false;
  if (m3[1] !== 0 || m3[2] !== 0 || m3[3] !== 0) return false;
  return crypto.equal(boardProof, m3.subarray(M3_PROOF_AT, M3_PROOF_AT + PROOF_BYTES));
}

/** The key that follows `key`, from the random R of a KEY operation: whoever learns only R learns nothing. */
export function deriveNextKey(crypto: CryptoPort, key: Uint8Array, random: Uint8Array): Uint8Array {
  return expand(crypto, key, NEXT_KEY, random);
}

/** A key for a board that does not exist, so that an unknown id costs what a known one does and fails where a wrong key fails. */
export function deriveDecoyKey(crypto: CryptoPort, serverSecret: Uint8Array, boardId: Uint8Array): Uint8Array {
  return crypto.hmacSha256(serverSecret, boardId);
}

/** TH of docs/protocol.md: M1 and M2 without its proof. */
export function transcriptHash(crypto: CryptoPort, m1: Uint8Array, m2: Uint8Array): Uint8Array {
  return crypto.sha256(joinBytes(TRANSCRIPT_LABEL, m1, m2.subarray(0, M2_PROOF_AT)));
}

function sessionKeys(crypto: CryptoPort, key: Uint8Array, transcript: Uint8Array): SessionKeys {
  return {
    boardToHub: expand(crypto, key, BOARD_TO_HUB, transcript),
    hubToBoard: expand(crypto, key, HUB_TO_BOARD, transcript),
  };
}

function expand(crypto: CryptoPort, key: Uint8Array, label: Uint8Array, context: Uint8Array): Uint8Array {
  return crypto.hmacSha256(key, joinBytes(label, context, FIRST_BLOCK));
}
