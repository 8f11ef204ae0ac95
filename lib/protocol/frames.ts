/**
 * CM1, the wire between a board and the hub, written once: sizes, types, operations and their bodies.
 * This file has no behaviour. Read handshake.ts next (who is who), then records.ts (sealing), then
 * operations.ts (packing the bodies named here). The prose is docs/protocol.md; a test compares the two.
 * All integers are big-endian.
 */

/** The value of byte 0 of every message. */
export const FRAME = { m1: 0x01, m2: 0x02, m3: 0x03, record: 0x10 } as const;

export const PROTOCOL_VERSION = 1;
/** Bit 0 of the suites byte: HMAC-SHA-256 handshake, AES-128-CBC with HMAC-SHA-256-128 records. */
export const SUITE_S1 = 1;

export const M1_BYTES = 56;
export const M2_BYTES = 72;
export const M3_BYTES = 36;
export const BOARD_ID_BYTES = 16;
export const KEY_BYTES = 32;
export const NONCE_BYTES = 32;
export const PROOF_BYTES = 32;

/** type, IV and tag of a record; the ciphertext between them is 1 to 16 bytes longer than the plaintext. */
export const RECORD_IV_BYTES = 16;
export const RECORD_TAG_BYTES = 16;
export const RECORD_MIN_BYTES = 1 + RECORD_IV_BYTES + 16 + RECORD_TAG_BYTES;
/** The largest plaintext either side may send. */
export const PLAINTEXT_MAX_BYTES = 1024;
/** What a board accepts unless its INFO says otherwise (`rec`): its buffers are made once, at this size. */
export const BOARD_PLAINTEXT_BYTES = 512;
/** op u8 and rid u16 before every body. */
export const OP_HEADER_BYTES = 3;

/** Every deviation in the handshake or in a record ends the socket with this code and no reason. */
export const CLOSE_PROTOCOL = 4000;
/** A newer session of the same board has taken over. */
export const CLOSE_REPLACED = 4001;
/** Reconnect at once: the hub wants to see a rotated key used, or the board's key was replaced. */
export const CLOSE_RECONNECT = 4002;
/** No record was heard for DEAD_AFTER_HUB_MS. */
export const CLOSE_SILENT = 4003;

/** Limits of the entrance; each is refused by the hub before any cryptography. */
export const MAX_BYTES_BEFORE_AUTHENTICATION = M1_BYTES;
export const MAX_BYTES_AFTER_AUTHENTICATION = 4096;
export const AUTHENTICATION_TIMEOUT_MS = 10_000;
export const MAX_UNAUTHENTICATED_SOCKETS = 2_000;
export const HANDSHAKES_PER_SECOND = 500;

export const PING_INTERVAL_MS = 25_000;
export const PING_JITTER = 0.1;
export const DEAD_AFTER_HUB_MS = 60_000;
export const DEAD_AFTER_BOARD_MS = 75_000;
/** OUT records a board may send for a new EXEC before the hub grants more. */
export const START_CREDITS = 2;

/**
 * Operations: byte 0 of a plaintext, then rid u16 (a reply carries the rid of its request), then the body.
 * 01–7f hub to board, 81–ff board to hub.
 */
export const OP = {
  /** job u32 (0 = interactive, not journalled), source utf-8. OK when it starts, then OUT…, then DONE. */
  exec: 0x01,
  /** bytes for the running program's standard input. rid of the EXEC. No reply. */
  input: 0x02,
  /** empty: KeyboardInterrupt in the running program. rid of the EXEC. No reply; DONE follows. */
  interrupt: 0x03,
  /** off u32, bytes into the staging file; off 0 starts it anew. OK(held u32): a wrong offset is answered with the right one. */
  put: 0x04,
  /** sha256[32], path utf-8: re-read the staging file, compare, rename over path. OK() or ERR and the old file stays. */
  end: 0x05,
  /** off u32, n u16, path utf-8. DATA(bytes), shorter than n at the end of the file. */
  get: 0x06,
  /** empty. PONG. */
  ping: 0x07,
  /** epoch u32, R[32]: derive and keep the next key. OK(); the next handshake with that epoch confirms it. */
  key: 0x08,
  /** n u16: the board may send n more OUT records for this rid. No reply. */
  credit: 0x09,
  /** time u32 (Unix s), heartbeat u16 (s), window u8, retry u16 (s), job u32, client version utf-8. First record of the hub, rid 0. */
  welcome: 0x0a,
  /** window u16 (s): the hub is stopping; reconnect at a random moment within the window. rid 0. */
  bye: 0x0b,
  /** bytes of standard output, rid of the EXEC; one credit each. */
  out: 0x81,
  /** job u32, state u8 (DONE_STATE), status u8, traceback utf-8 (its tail, as much as fits). */
  done: 0x82,
  /** bytes of a file, answer to GET. */
  data: 0x83,
  /** accepted; body as the request says. */
  ok: 0x84,
  /** code u8 (BOARD_ERROR), message utf-8. */
  error: 0x85,
  /** mem_free u32, rssi i8 (0 = not known), uptime u32 (s). */
  pong: 0x87,
  /** JSON, see lib/protocol/info.ts. First record of the board, rid 0; also the answer to a WELCOME sent again. */
  info: 0x88,
} as const;

export type OpName = keyof typeof OP;

/** How a program ended. `status` is 0, the argument of SystemExit (0–255), or 1 for a traceback. */
export const DONE_STATE = {
  succeeded: 0,
  failed: 1,
  /** KeyboardInterrupt after an INT. */
  cancelled: 2,
  /** The board restarted between start and end; told after the restart, from the journal. */
  interrupted: 3,
} as const;

export type DoneState = keyof typeof DONE_STATE;

export const BOARD_ERROR = {
  badRequest: 1,
  busy: 2,
  notFound: 3,
  noSpace: 4,
  hashMismatch: 5,
  noMemory: 6,
  io: 7,
  unknownOp: 8,
  forbiddenPath: 9,
} as const;

export type BoardErrorName = keyof typeof BOARD_ERROR;
