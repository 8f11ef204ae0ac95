/**
 * What one program writes: told to browsers within the turn, written to disk in batches, and kept as its head and its tail. The hub grants
 * the board its next credit when `take` has returned, so a board is never faster than the disk.
 */
import { type BoardId, type JobId, MAX_OUTPUT_BYTES, type TeamId } from '#lib/api/schema.ts';
import type { EventBus } from '#server/bus/bus.ts';
import type { Log } from '#server/log.ts';
import type { OutputKey, OutputPiece } from '#server/store/outputs.ts';
import type { Store } from '#server/store/store.ts';

export const HEAD_BYTES = MAX_OUTPUT_BYTES / 2;
export const TAIL_BYTES = MAX_OUTPUT_BYTES - HEAD_BYTES;
/** A piece is one row; the tail is cut by whole pieces. */
const MAX_PIECE_BYTES = 32 * 1024;
/** Output that may wait for the disk; beyond it everything waits until it is written. */
const MAX_PENDING_BYTES = 16 * 1024;

export interface OutputDeps {
  readonly store: Pick<Store, 'outputs' | 'jobs' | 'commits'>;
  readonly bus: Pick<EventBus, 'publish'>;
  readonly log: Log;
}

export interface OutputOwner {
  readonly teamId: TeamId;
  readonly jobId: JobId;
  readonly boardId: BoardId;
}

export interface OutputWriter {
  readonly totalBytes: number;
  /** The board may send more when it returns. */
  take(bytes: Uint8Array): void;
  /**
   * For the writer of a transaction: everything taken is in the database after it. It may be called again when the transaction was
   * rolled back, and then writes the same.
   */
  pendingWrite(): () => void;
  /** Tells browsers the rest at once, with a character that was never completed: the end of the run is told next. */
  finish(): void;
}

/** `totalBytes` is what was taken before a restart of the hub. */
export function createOutputWriter(
  { store, bus, log }: OutputDeps,
  owner: OutputOwner,
  totalBytes: number,
): OutputWriter {
  const decoder = createTextTail();
  const ring = createPieces(store.outputs, owner, totalBytes);
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let total = totalBytes;
  let isScheduled = false;
  let untold: { readonly from: number; bytes: number; text: string } | undefined;

  function takePending() {
    isScheduled = false;
    const bytes = Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    return { bytes, from: total - bytes.length };
  }

  function pendingWrite(): () => void {
    let batch: ReturnType<typeof takePending> | undefined;
    return () => {
      batch ??= takePending();
      const { bytes, from } = batch;
      if (bytes.length === 0) return;
      const tailFrom = ring.append(bytes, from);
      store.jobs.updateOutput(owner, { outputBytes: from + bytes.length, tailFrom });
    };
  }

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    store.commits
      .lazy(pendingWrite())
      .catch((err: unknown) => log.error({ err, ...owner }, 'Output was lost: it could not be written'));
  }

  /** Records that came together make one event. */
  function tell({ bytes, text }: { readonly bytes: number; readonly text: string }, from: number): void {
    if (bytes === 0) return;
    if (untold) {
      untold.bytes += bytes;
      untold.text += text;
      return;
    }
    untold = { from, bytes, text };
    process.nextTick(publishUntold);
  }

  function publishUntold(): void {
    if (!untold) return;
    bus.publish(owner.teamId, 'run.output', { jobId: owner.jobId, boardId: owner.boardId, ...untold });
    untold = undefined;
  }

  return {
    get totalBytes() {
      return total;
    },
    take(bytes) {
      const from = total - decoder.heldBytes();
      total += bytes.length;
      pending.push(bytes.slice());
      pendingBytes += bytes.length;
      tell(decoder.push(bytes), from);
      schedule();
      if (pendingBytes >= MAX_PENDING_BYTES) store.commits.flush();
    },
    pendingWrite,
    finish() {
      const from = total - decoder.heldBytes();
      tell(decoder.end(), from);
      publishUntold();
    },
  };
}

/** Whole UTF-8 sequences of a stream of bytes: an event never ends in the middle of a character. */
export function createTextTail() {
  let held: Uint8Array = new Uint8Array(0);
  const decode = (bytes: Uint8Array) => ({
    bytes: bytes.length,
    text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'),
  });
  return {
    heldBytes: () => held.length,
    push(bytes: Uint8Array) {
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      const whole = wholeBytes(all);
      held = all.slice(whole);
      return decode(all.subarray(0, whole));
    },
    end() {
      const rest = decode(held);
      held = new Uint8Array(0);
      return rest;
    },
  };
}

/** How many of the bytes do not belong to a sequence that is still to be completed. */
export function wholeBytes(bytes: Uint8Array): number {
  let back = 1;
  while (back < 4 && back < bytes.length && isContinuation(bytes[bytes.length - back] ?? 0)) back += 1;
  return sequenceBytes(bytes[bytes.length - back] ?? 0) > back ? bytes.length - back : bytes.length;
}

const isContinuation = (byte: number) => (byte & 0b1100_0000) === 0b1000_0000;

function sequenceBytes(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

/** Pieces on disk: all of the head, and the newest of the rest. */
function createPieces(outputs: Store['outputs'], key: OutputKey, totalBytes: number) {
  const tail = totalBytes > HEAD_BYTES ? outputs.listPieceRanges(key).filter((piece) => piece.from >= HEAD_BYTES) : [];
  let tailBytes = tail.reduce((sum, piece) => sum + piece.sizeBytes, 0);
  let end = totalBytes;

  function insert(piece: OutputPiece): void {
    outputs.insertPiece(key, piece);
    end += piece.bytes.length;
    if (piece.from < HEAD_BYTES) return;
    tail.push({ from: piece.from, sizeBytes: piece.bytes.length });
    tailBytes += piece.bytes.length;
  }

  /** A good deal at a time: to forget a piece costs as much as to write one. */
  function shorten(): void {
    while (tail[0] && tailBytes - tail[0].sizeBytes >= TAIL_BYTES) tailBytes -= tail.shift()?.sizeBytes ?? 0;
    outputs.deletePieces(key, HEAD_BYTES, tail[0]?.from ?? end);
  }

  /** Answers where the tail begins, or 0 while nothing was cut. */
  function cut(): number {
    if (tailBytes >= TAIL_BYTES + MAX_PIECE_BYTES) shorten();
    const from = tail[0]?.from ?? 0;
    return from > HEAD_BYTES ? from : 0;
  }

  /** Forgets what a transaction that was rolled back had appended. */
  function rewind(to: number): void {
    for (let last = tail.at(-1); last && last.from >= to; last = tail.at(-1)) {
      tail.pop();
      tailBytes -= last.sizeBytes;
    }
    end = to;
  }

  return {
    append(bytes: Uint8Array, from: number): number {
      rewind(from);
      for (let at = 0; at < bytes.length; ) {
        const room = end < HEAD_BYTES ? HEAD_BYTES - end : MAX_PIECE_BYTES;
        const piece = bytes.subarray(at, at + Math.min(room, MAX_PIECE_BYTES));
        insert({ from: end, bytes: piece });
        at += piece.length;
      }
      return cut();
    },
  };
}

export interface OutputText {
  readonly text: string;
  readonly next: number;
  readonly cutBytes: number;
}

/** The kept text from a byte offset on; `ended` gives out a character that will not be completed any more. */
export async function readOutput(
  outputs: Store['outputs'],
  key: OutputKey,
  from: number,
  run: { readonly tailFrom: number; readonly ended: boolean },
): Promise<OutputText> {
  // The piece that holds `from` begins at most one piece before it.
  const pieces = await outputs.listPieces(key, Math.max(0, from - MAX_PIECE_BYTES), Number.MAX_SAFE_INTEGER);
  const head = bytesBetween(pieces, from, run.tailFrom > 0 ? HEAD_BYTES : Number.MAX_SAFE_INTEGER);
  if (run.tailFrom === 0 || from >= run.tailFrom)
    return asText(from >= run.tailFrom ? bytesBetween(pieces, from, Number.MAX_SAFE_INTEGER) : head, from, run.ended);

  const cutBytes = run.tailFrom - Math.max(from, HEAD_BYTES);
  const tail = asText(bytesBetween(pieces, run.tailFrom, Number.MAX_SAFE_INTEGER), run.tailFrom, run.ended);
  return {
    text: `${head.toString('utf8')}\n[… ${cutBytes} bytes left out …]\n${tail.text}`,
    next: tail.next,
    cutBytes,
  };
}

function bytesBetween(pieces: readonly OutputPiece[], from: number, to: number): Buffer {
  return Buffer.concat(
    pieces.map((piece) => piece.bytes.subarray(clamp(from - piece.from, piece), clamp(to - piece.from, piece))),
  );
}

const clamp = (offset: number, piece: OutputPiece) => Math.min(Math.max(offset, 0), piece.bytes.length);

function asText(bytes: Buffer, from: number, ended: boolean): OutputText {
  const whole = ended ? bytes.length : wholeBytes(bytes);
  return { text: bytes.toString('utf8', 0, whole), next: from + whole, cutBytes: 0 };
}
