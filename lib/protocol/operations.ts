/**
 * Plaintexts: op u8, rid u16 and the bodies named in frames.ts, packed and read strictly. An unknown operation, a short body or
 * bytes after its end give `undefined`, which closes the session. Hub and board read different sets: an operation never goes both ways.
 */
import { passingBytes, readU16, readU32, textOf, textOfCut, utf8, writeU16, writeU32 } from './bytes.ts';
import type { BoardErrorName, DoneState } from './frames.ts';
import { BOARD_ERROR, DONE_STATE, KEY_BYTES, OP, OP_HEADER_BYTES } from './frames.ts';
import { type BoardInfo, boardInfoSchema } from './info.ts';

interface Rid {
  readonly rid: number;
}
interface WithBytes extends Rid {
  readonly bytes: Uint8Array;
}

export interface Welcome extends Rid {
  readonly op: 'welcome';
  readonly timeS: number;
  readonly heartbeatS: number;
  /** PUT records the hub keeps in flight. */
  readonly window: number;
  /** Reconnect at a random moment within so many seconds, when the hub is lost without a BYE. */
  readonly retryS: number;
  /** Last job number the hub has given to this board. */
  readonly job: number;
  readonly clientVersion: string;
}

/** What a hub sends. */
export type HubOperation =
  | (Rid & { readonly op: 'exec'; readonly job: number; readonly source: string })
  | (WithBytes & { readonly op: 'input' })
  | (Rid & { readonly op: 'interrupt' })
  | (WithBytes & { readonly op: 'put'; readonly offset: number })
  | (Rid & { readonly op: 'end'; readonly sha256: Uint8Array; readonly path: string })
  | (Rid & { readonly op: 'get'; readonly offset: number; readonly count: number; readonly path: string })
  | (Rid & { readonly op: 'ping' })
  | (Rid & { readonly op: 'key'; readonly epoch: number; readonly random: Uint8Array })
  | (Rid & { readonly op: 'credit'; readonly count: number })
  | Welcome
  | (Rid & { readonly op: 'bye'; readonly windowS: number });

/** What a board sends. */
export type BoardOperation =
  | (WithBytes & { readonly op: 'out' })
  | (Rid & {
      readonly op: 'done';
      readonly job: number;
      readonly state: DoneState;
      readonly status: number;
      readonly traceback: string;
    })
  | (WithBytes & { readonly op: 'data' })
  | (WithBytes & { readonly op: 'ok' })
  | (Rid & { readonly op: 'error'; readonly code: BoardErrorName; readonly message: string })
  | (Rid & { readonly op: 'pong'; readonly memFreeBytes: number; readonly rssiDbm: number; readonly uptimeS: number })
  | (Rid & { readonly op: 'info'; readonly info: BoardInfo });

export type Operation = HubOperation | BoardOperation;

const EMPTY = new Uint8Array(0);
const U32_BYTES = 4;
const END_FIXED_BYTES = 32;
const WELCOME_FIXED_BYTES = 13;
const GET_FIXED_BYTES = 6;
const DONE_FIXED_BYTES = 6;
const PONG_BYTES = 9;

/** The plaintext of an operation. */
export function packOperation(operation: Operation): Uint8Array {
  switch (operation.op) {
    case 'exec':
      return withText(operation, U32_BYTES, operation.source, (body) => writeU32(body, 0, operation.job));
    case 'input':
    case 'out':
    case 'data':
    case 'ok':
      return withTail(operation, 0, operation.bytes);
    case 'interrupt':
    case 'ping':
      return withTail(operation, 0, EMPTY);
    case 'put':
      return withTail(operation, U32_BYTES, operation.bytes, (body) => writeU32(body, 0, operation.offset));
    case 'end':
      return withText(operation, END_FIXED_BYTES, operation.path, (body) => body.set(operation.sha256));
    case 'get':
      return withText(operation, GET_FIXED_BYTES, operation.path, (body) => {
        writeU32(body, 0, operation.offset);
        writeU16(body, 4, operation.count);
      });
    case 'key':
      return withTail(operation, U32_BYTES, operation.random, (body) => writeU32(body, 0, operation.epoch));
    case 'credit':
      return withTail(operation, 2, EMPTY, (body) => writeU16(body, 0, operation.count));
    case 'bye':
      return withTail(operation, 2, EMPTY, (body) => writeU16(body, 0, operation.windowS));
    case 'welcome':
      return withText(operation, WELCOME_FIXED_BYTES, operation.clientVersion, (body) => writeWelcome(body, operation));
    case 'done':
      return withText(operation, DONE_FIXED_BYTES, operation.traceback, (body) => {
        writeU32(body, 0, operation.job);
        body[4] = DONE_STATE[operation.state];
        body[5] = operation.status;
      });
    case 'error':
      return withText(operation, 1, operation.message, (body) => {
        body[0] = BOARD_ERROR[operation.code];
      });
    case 'pong':
      return withTail(operation, PONG_BYTES, EMPTY, (body) => {
        writeU32(body, 0, operation.memFreeBytes);
        body[4] = operation.rssiDbm;
        writeU32(body, 5, operation.uptimeS);
      });
    case 'info':
      return withText(operation, 0, JSON.stringify(operation.info));
  }
}

/** OK that answers PUT: how many bytes of the file the board holds. */
export function packHeld(rid: number, heldBytes: number): Uint8Array {
  const bytes = new Uint8Array(U32_BYTES);
  writeU32(bytes, 0, heldBytes);
  return packOperation({ op: 'ok', rid, bytes });
}

/** The body of the OK that answers PUT. */
export function readHeld(bytes: Uint8Array): number | undefined {
  return bytes.length === U32_BYTES ? readU32(bytes, 0) : undefined;
}

/** What a board reads. */
export function unpackHubOperation(plaintext: Uint8Array): HubOperation | undefined {
  if (plaintext.length < OP_HEADER_BYTES) return undefined;
  return hubReaders.get(plaintext[0] ?? 0)?.(readU16(plaintext, 1), plaintext.subarray(OP_HEADER_BYTES));
}

/** What the hub reads. */
export function unpackBoardOperation(plaintext: Uint8Array): BoardOperation | undefined {
  if (plaintext.length < OP_HEADER_BYTES) return undefined;
  return boardReaders.get(plaintext[0] ?? 0)?.(readU16(plaintext, 1), plaintext.subarray(OP_HEADER_BYTES));
}

type Reader<T> = (rid: number, body: Uint8Array) => T | undefined;

const hubReaders = new Map<number, Reader<HubOperation>>([
  [OP.exec, readExec],
  [OP.input, (rid, bytes) => ({ op: 'input', rid, bytes })],
  [OP.interrupt, (rid, body) => (body.length === 0 ? { op: 'interrupt', rid } : undefined)],
  [OP.put, readPut],
  [OP.end, readEnd],
  [OP.get, readGet],
  [OP.ping, (rid, body) => (body.length === 0 ? { op: 'ping', rid } : undefined)],
  [OP.key, readKey],
  [OP.credit, (rid, body) => (body.length === 2 ? { op: 'credit', rid, count: readU16(body, 0) } : undefined)],
  [OP.welcome, readWelcome],
  [OP.bye, (rid, body) => (body.length === 2 ? { op: 'bye', rid, windowS: readU16(body, 0) } : undefined)],
]);

const boardReaders = new Map<number, Reader<BoardOperation>>([
  [OP.out, (rid, bytes) => ({ op: 'out', rid, bytes })],
  [OP.done, readDone],
  [OP.data, (rid, bytes) => ({ op: 'data', rid, bytes })],
  [OP.ok, (rid, bytes) => ({ op: 'ok', rid, bytes })],
  [OP.error, readError],
  [OP.pong, readPong],
  [OP.info, readInfo],
]);

function readExec(rid: number, body: Uint8Array): HubOperation | undefined {
  if (body.length < U32_BYTES) return undefined;
  const source = textOf(body.subarray(U32_BYTES));
  return source === undefined ? undefined : { op: 'exec', rid, job: readU32(body, 0), source };
}

function readPut(rid: number, body: Uint8Array): HubOperation | undefined {
  if (body.length < U32_BYTES) return undefined;
  return { op: 'put', rid, offset: readU32(body, 0), bytes: body.subarray(U32_BYTES) };
}

function readEnd(rid: number, body: Uint8Array): HubOperation | undefined {
  if (body.length <= END_FIXED_BYTES) return undefined;
  const path = textOf(body.subarray(END_FIXED_BYTES));
  return path === undefined ? undefined : { op: 'end', rid, sha256: body.subarray(0, END_FIXED_BYTES), path };
}

function readGet(rid: number, body: Uint8Array): HubOperation | undefined {
  if (body.length <= GET_FIXED_BYTES) return undefined;
  const path = textOf(body.subarray(GET_FIXED_BYTES));
  return path === undefined ? undefined : { op: 'get', rid, offset: readU32(body, 0), count: readU16(body, 4), path };
}

function readKey(rid: number, body: Uint8Array): HubOperation | undefined {
  if (body.length !== U32_BYTES + KEY_BYTES) return undefined;
  return { op: 'key', rid, epoch: readU32(body, 0), random: body.subarray(U32_BYTES) };
}

function readWelcome(rid: number, body: Uint8Array): HubOperation | undefined {
  if (body.length < WELCOME_FIXED_BYTES) return undefined;
  const clientVersion = textOf(body.subarray(WELCOME_FIXED_BYTES));
  if (clientVersion === undefined) return undefined;
  return {
    op: 'welcome',
    rid,
    timeS: readU32(body, 0),
    heartbeatS: readU16(body, 4),
    window: body[6] ?? 0,
    retryS: readU16(body, 7),
    job: readU32(body, 9),
    clientVersion,
  };
}

function writeWelcome(body: Uint8Array, welcome: Welcome): void {
  writeU32(body, 0, welcome.timeS);
  writeU16(body, 4, welcome.heartbeatS);
  body[6] = welcome.window;
  writeU16(body, 7, welcome.retryS);
  writeU32(body, 9, welcome.job);
}

function readDone(rid: number, body: Uint8Array): BoardOperation | undefined {
  const state = nameOf(DONE_STATE, body[4]);
  if (body.length < DONE_FIXED_BYTES || state === undefined) return undefined;
  const traceback = textOfCut(body.subarray(DONE_FIXED_BYTES));
  return { op: 'done', rid, job: readU32(body, 0), state, status: body[5] ?? 0, traceback };
}

function readError(rid: number, body: Uint8Array): BoardOperation | undefined {
  const code = nameOf(BOARD_ERROR, body[0]);
  return code === undefined ? undefined : { op: 'error', rid, code, message: textOfCut(body.subarray(1)) };
}

function readPong(rid: number, body: Uint8Array): BoardOperation | undefined {
  if (body.length !== PONG_BYTES) return undefined;
  const rssi = body[4] ?? 0;
  return {
    op: 'pong',
    rid,
    memFreeBytes: readU32(body, 0),
    rssiDbm: rssi > 127 ? rssi - 256 : rssi,
    uptimeS: readU32(body, 5),
  };
}

function readInfo(rid: number, body: Uint8Array): BoardOperation | undefined {
  const text = textOf(body);
  const parsed = boardInfoSchema.safeParse(text === undefined ? undefined : parseJson(text));
  return parsed.success ? { op: 'info', rid, info: parsed.data } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nameOf<Name extends string>(
  table: Readonly<Record<Name, number>>,
  value: number | undefined,
): Name | undefined {
  for (const name in table) if (table[name] === value) return name;
  return undefined;
}

function withText(
  operation: Operation,
  fixedBytes: number,
  text: string,
  write?: (body: Uint8Array) => void,
): Uint8Array {
  return withTail(operation, fixedBytes, utf8(text), write);
}

function withTail(
  operation: Operation,
  fixedBytes: number,
  tail: Uint8Array,
  write?: (body: Uint8Array) => void,
): Uint8Array {
  const plaintext = passingBytes(OP_HEADER_BYTES + fixedBytes + tail.length);
  plaintext[0] = OP[operation.op];
  writeU16(plaintext, 1, operation.rid);
  write?.(plaintext.subarray(OP_HEADER_BYTES));
  plaintext.set(tail, OP_HEADER_BYTES + fixedBytes);
  return plaintext;
}
