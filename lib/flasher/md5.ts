/** MD5 (RFC 1321), which an ESP8266's own loader and MicroPython's images use. It finds damage; it proves nothing. */

const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;
const DIGEST_BYTES = 16;
const START = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476] as const;
/** §3.4: shift of each step of the four rounds, and the table T[i] = floor(2^32 * |sin(i + 1)|). */
const SHIFTS = Int32Array.of(7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21);
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))) | 0);

/** The 16 bytes of the digest. */
export function md5(bytes: Uint8Array): Uint8Array {
  const whole = bytes.length - (bytes.length % BLOCK_BYTES);
  const state = Int32Array.from(START);
  digestBlocks(state, new DataView(bytes.buffer, bytes.byteOffset, whole));
  digestBlocks(state, new DataView(paddedTail(bytes, whole).buffer));
  const digest = new DataView(new ArrayBuffer(DIGEST_BYTES));
  for (let i = 0; i < state.length; i++) digest.setInt32(i * 4, state[i] ?? 0, true);
  return new Uint8Array(digest.buffer);
}

/** §3.1 and §3.2: a one bit, zeros, and the length in bits. */
function paddedTail(bytes: Uint8Array, from: number): Uint8Array<ArrayBuffer> {
  const rest = bytes.length - from;
  const blocks = rest + 1 + LENGTH_BYTES > BLOCK_BYTES ? 2 : 1;
  const tail = new Uint8Array(blocks * BLOCK_BYTES);
  tail.set(bytes.subarray(from));
  tail[rest] = 0x80;
  new DataView(tail.buffer).setBigUint64(tail.length - LENGTH_BYTES, BigInt(bytes.length) * 8n, true);
  return tail;
}

function digestBlocks(state: Int32Array, data: DataView): void {
  const words = new Int32Array(BLOCK_BYTES / 4);
  for (let at = 0; at < data.byteLength; at += BLOCK_BYTES) {
    for (let i = 0; i < words.length; i++) words[i] = data.getInt32(at + i * 4, true);
    digestBlock(state, words);
  }
}

function digestBlock(state: Int32Array, words: Int32Array): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let i = 0; i < SINES.length; i++) {
    const round = i >> 4;
    const sum = (a + mix(round, b, c, d) + (words[wordOf(round, i)] ?? 0) + (SINES[i] ?? 0)) | 0;
    const shift = SHIFTS[round * 4 + (i & 3)] ?? 0;
    [a, d, c] = [d, c, b];
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
  }
  state[0] = (state[0] ?? 0) + a;
  state[1] = (state[1] ?? 0) + b;
  state[2] = (state[2] ?? 0) + c;
  state[3] = (state[3] ?? 0) + d;
}

function mix(round: number, b: number, c: number, d: number): number {
  if (round === 0) return (b & c) | (~b & d);
  if (round === 1) return (b & d) | (c & ~d);
  return round === 2 ? b ^ c ^ d : c ^ (b | ~d);
}

function wordOf(round: number, i: number): number {
  if (round === 0) return i;
  if (round === 1) return (5 * i + 1) & 15;
  return (round === 2 ? 3 * i + 5 : 7 * i) & 15;
}
