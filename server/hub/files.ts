/** Files to and from a board through PUT, END and GET, a small window of records in flight. Knows a session, not the hub. */
import { AppError } from '#lib/errors.ts';
import { utf8 } from '#lib/protocol/bytes.ts';
import type { CryptoPort } from '#lib/protocol/crypto.ts';
import { BOARD_PLAINTEXT_BYTES, OP_HEADER_BYTES } from '#lib/protocol/frames.ts';
import { readHeld } from '#lib/protocol/operations.ts';
import type { Session } from '#server/session/session.ts';

/** Records in flight; a board reads them from a TCP window of about 2 KB. */
export const TRANSFER_WINDOW = 4;
/** Larger than any flash of a board. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;
const REPLY_TIMEOUT_MS = 15_000;
/** END reads the whole file again: 200 KB take an ESP8266 seconds. */
const END_TIMEOUT_MS = 60_000;
/** Times in a row that a board may name another offset without having got further. */
const MAX_STALLS = 8;
const PUT_FIXED_BYTES = 4;
const PATH_FIXED_BYTES = 32;

/** Writes the file; the old one stays until the new one is whole and its hash was checked by the board. */
export async function putFile(
  session: Session,
  crypto: Pick<CryptoPort, 'sha256'>,
  path: string,
  content: Uint8Array,
): Promise<void> {
  requirePath(session, path);
  let heldBytes = 0;
  let stalls = 0;
  do {
    const nowHeld = await pushFrom(session, path, content, heldBytes);
    stalls = nowHeld > heldBytes ? 0 : stalls + 1;
    if (stalls > MAX_STALLS || nowHeld > content.length) throw stalled(path, nowHeld, content.length);
    heldBytes = nowHeld;
  } while (heldBytes < content.length);
  const operation = { op: 'end', rid: session.newRid(), sha256: crypto.sha256(content), path } as const;
  await session.request(operation, { command: `END ${path}`, accepts: ['ok'], timeoutMs: END_TIMEOUT_MS });
}

/** Sends from an offset to the end. Answers what the board holds: less than all of it when the board asked for another offset. */
async function pushFrom(session: Session, path: string, content: Uint8Array, from: number): Promise<number> {
  const chunkBytes = plaintextBytes(session) - OP_HEADER_BYTES - PUT_FIXED_BYTES;
  const inFlight: { readonly end: number; readonly held: Promise<number> }[] = [];
  let next = from;
  let isFirst = true;
  for (;;) {
    while (inFlight.length < TRANSFER_WINDOW && (isFirst || next < content.length)) {
      const end = Math.min(next + chunkBytes, content.length);
      const held = putChunk(session, path, next, content.subarray(next, end));
      // The first refusal is thrown below; those of the records behind it say the same.
      held.catch(() => undefined);
      inFlight.push({ end, held });
      next = end;
      isFirst = false;
    }
    const oldest = inFlight.shift();
    if (!oldest) return content.length;
    const held = await oldest.held;
    if (held !== oldest.end) return lastAnswer(held, inFlight);
  }
}

/** Records behind a refused one are refused as well; the newest answer is what the board holds. */
async function lastAnswer(held: number, inFlight: readonly { readonly held: Promise<number> }[]): Promise<number> {
  let newest = held;
  for (const chunk of inFlight) newest = await chunk.held;
  return newest;
}

async function putChunk(session: Session, path: string, offset: number, bytes: Uint8Array): Promise<number> {
  const operation = { op: 'put', rid: session.newRid(), offset, bytes } as const;
  const expectation = { command: `PUT ${path}`, accepts: ['ok'], timeoutMs: REPLY_TIMEOUT_MS } as const;
  const held = readHeld((await session.request(operation, expectation)).bytes);
  if (held === undefined) throw new AppError('board_error', { message: `PUT ${path} was answered without an offset.` });
  return held;
}

/** Reads the file; a file that changes meanwhile comes mixed. */
export async function getFile(session: Session, path: string): Promise<Uint8Array> {
  requirePath(session, path);
  const count = plaintextBytes(session) - OP_HEADER_BYTES;
  const inFlight: Promise<Uint8Array>[] = [];
  const chunks: Uint8Array[] = [];
  for (let next = 0; next < MAX_FILE_BYTES; ) {
    while (inFlight.length < TRANSFER_WINDOW) {
      const chunk = getChunk(session, path, next, count);
      chunk.catch(() => undefined);
      inFlight.push(chunk);
      next += count;
    }
    const chunk = await inFlight.shift();
    if (!chunk) break;
    chunks.push(chunk);
    // Records asked for beyond the end come back empty and nobody waits for them.
    if (chunk.length < count) return Buffer.concat(chunks);
  }
  throw new AppError('board_error', { message: `${path} is larger than ${MAX_FILE_BYTES} bytes.` });
}

async function getChunk(session: Session, path: string, offset: number, count: number): Promise<Uint8Array> {
  const operation = { op: 'get', rid: session.newRid(), offset, count, path } as const;
  const expectation = { command: `GET ${path}`, accepts: ['data'], timeoutMs: REPLY_TIMEOUT_MS } as const;
  const { bytes } = await session.request(operation, expectation);
  if (bytes.length > count) throw new AppError('board_error', { message: `GET ${path} was answered with too much.` });
  return bytes;
}

function plaintextBytes(session: Session): number {
  return session.info?.rec ?? BOARD_PLAINTEXT_BYTES;
}

function requirePath(session: Session, path: string): void {
  const pathBytes = utf8(path).length;
  const most = plaintextBytes(session) - OP_HEADER_BYTES - PATH_FIXED_BYTES;
  if (pathBytes > 0 && pathBytes <= most) return;
  throw new AppError('invalid_input', {
    message: `A path on a board has 1 to ${most} bytes; this one has ${pathBytes}.`,
  });
}

function stalled(path: string, heldBytes: number, sizeBytes: number): AppError {
  const message = `The board did not take ${path}: it holds ${heldBytes} of ${sizeBytes} bytes and gets no further.`;
  return new AppError('board_error', { message });
}
