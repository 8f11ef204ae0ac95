import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TEST_INFO } from '#lib/protocol/test-board.fixture.ts';
import { BOARD_ERROR, type BoardErrorName, DONE_STATE, type DoneState, OP, type OpName } from './frames.ts';
import {
  type BoardOperation,
  type HubOperation,
  type Operation,
  packHeld,
  packOperation,
  readHeld,
  unpackBoardOperation,
  unpackHubOperation,
} from './operations.ts';

const rid = fc.integer({ min: 0, max: 0xffff });
const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const bytes = fc.uint8Array({ maxLength: 600 });
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const path = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
const op = <Name extends OpName>(name: Name) => fc.constant(name);

const hubOperations: { readonly [Name in HubOperation['op']]: fc.Arbitrary<Extract<HubOperation, { op: Name }>> } = {
  exec: fc.record({ op: op('exec'), rid, job: u32, source: text }),
  input: fc.record({ op: op('input'), rid, bytes }),
  interrupt: fc.record({ op: op('interrupt'), rid }),
  put: fc.record({ op: op('put'), rid, offset: u32, bytes }),
  end: fc.record({ op: op('end'), rid, sha256: bytes32, path }),
  get: fc.record({ op: op('get'), rid, offset: u32, count: u16, path }),
  ping: fc.record({ op: op('ping'), rid }),
  key: fc.record({ op: op('key'), rid, epoch: u32, random: bytes32 }),
  credit: fc.record({ op: op('credit'), rid, count: u16 }),
  welcome: fc.record({
    op: op('welcome'),
    rid,
    timeS: u32,
    heartbeatS: u16,
    window: u8,
    retryS: u16,
    job: u32,
    clientVersion: text,
  }),
  bye: fc.record({ op: op('bye'), rid, windowS: u16 }),
};

const doneStates = Object.keys(DONE_STATE) as DoneState[];
const errorNames = Object.keys(BOARD_ERROR) as BoardErrorName[];
const boardOperations: {
  readonly [Name in BoardOperation['op']]: fc.Arbitrary<Extract<BoardOperation, { op: Name }>>;
} = {
  out: fc.record({ op: op('out'), rid, bytes }),
  done: fc.record({
    op: op('done'),
    rid,
    job: u32,
    state: fc.constantFrom(...doneStates),
    status: u8,
    traceback: text,
  }),
  data: fc.record({ op: op('data'), rid, bytes }),
  ok: fc.record({ op: op('ok'), rid, bytes }),
  error: fc.record({ op: op('error'), rid, code: fc.constantFrom(...errorNames), message: text }),
  pong: fc.record({
    op: op('pong'),
    rid,
    memFreeBytes: u32,
    rssiDbm: fc.integer({ min: -128, max: 127 }),
    uptimeS: u32,
  }),
  info: fc.record({
    op: op('info'),
    rid,
    info: fc.record({ boots: fc.nat(), run: fc.nat() }).map((some) => ({ ...TEST_INFO, ...some })),
  }),
};

const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  ...Object.values(hubOperations),
  ...Object.values(boardOperations),
);
const unpack = (plaintext: Uint8Array) => unpackHubOperation(plaintext) ?? unpackBoardOperation(plaintext);

test('every operation of frames.ts goes through pack and unpack', () => {
  expect([...Object.keys(hubOperations), ...Object.keys(boardOperations)].sort()).toEqual(Object.keys(OP).sort());
  fc.assert(
    fc.property(anyOperation, (operation) => {
      expect(unpack(packOperation(operation))).toEqual(operation);
    }),
    {
      numRuns: 1000,
    },
  );
});

test('an operation is read on the side it is meant for only', () => {
  fc.assert(
    fc.property(
      fc.oneof(...Object.values(hubOperations)),
      fc.oneof(...Object.values(boardOperations)),
      (hub, board) => {
        expect(unpackBoardOperation(packOperation(hub))).toBeUndefined();
        expect(unpackHubOperation(packOperation(board))).toBeUndefined();
      },
    ),
  );
});

/** Bodies of a fixed size, and where their fixed part ends for the others. */
const FIXED: Partial<Record<OpName, number>> = { interrupt: 0, ping: 0, key: 36, credit: 2, bye: 2, pong: 9 };
const SHORTEST: Partial<Record<OpName, number>> = { exec: 4, put: 4, end: 33, get: 7, welcome: 13, done: 6, error: 1 };

test('a short body and bytes after the end are refused', () => {
  for (const [name, length] of Object.entries(FIXED)) {
    for (let other = 0; other < 60; other++) {
      const plaintext = new Uint8Array(3 + other);
      plaintext[0] = OP[name as OpName];
      expect(unpack(plaintext) !== undefined, `${name} with ${other}`).toBe(other === length);
    }
  }
  for (const [name, shortest] of Object.entries(SHORTEST)) {
    for (let length = 0; length < shortest; length++) {
      const plaintext = new Uint8Array(3 + length).fill(1, 3);
      plaintext[0] = OP[name as OpName];
      expect(unpack(plaintext), `${name} with ${length}`).toBeUndefined();
    }
  }
});

test('unknown operations, states and errors are refused', () => {
  const known = new Set<number>(Object.values(OP));
  for (let code = 0; code < 256; code++) {
    const plaintext = new Uint8Array(60);
    plaintext[0] = code;
    if (!known.has(code)) expect(unpack(plaintext)).toBeUndefined();
  }
  expect(unpack(Uint8Array.of(OP.done, 0, 1, 0, 0, 0, 1, 4, 0))).toBeUndefined();
  expect(unpack(Uint8Array.of(OP.error, 0, 1, 0))).toBeUndefined();
  expect(unpack(Uint8Array.of(OP.error, 0, 1, 200))).toBeUndefined();
});

test('texts that are not UTF-8 are refused, save where a board cuts them', () => {
  const broken = [0xc3, 0x28];
  expect(unpack(Uint8Array.of(OP.exec, 0, 1, 0, 0, 0, 0, ...broken))).toBeUndefined();
  expect(unpack(Uint8Array.of(OP.get, 0, 1, 0, 0, 0, 0, 0, 9, ...broken))).toBeUndefined();
  expect(unpack(Uint8Array.of(OP.info, 0, 0, ...broken))).toBeUndefined();
  expect(unpack(Uint8Array.of(OP.done, 0, 1, 0, 0, 0, 1, 1, 1, 0x82, 0x41))).toMatchObject({ traceback: '\ufffdA' });
});

test('INFO that is not what info.ts says is refused', () => {
  const info = (value: unknown) =>
    unpack(new Uint8Array([OP.info, 0, 0, ...new TextEncoder().encode(JSON.stringify(value))]));
  expect(info(TEST_INFO)).toMatchObject({ op: 'info', info: TEST_INFO });
  expect(info({ ...TEST_INFO, mem: 'much' })).toBeUndefined();
  expect(info({ ...TEST_INFO, rec: 9000 })).toBeUndefined();
  expect(info([TEST_INFO])).toBeUndefined();
  expect(info(null)).toBeUndefined();
});

test('random plaintexts never throw, and what is read says the same when it is packed again', () => {
  const known = fc.constantFrom(...Object.values(OP));
  const plausible = fc
    .tuple(known, fc.uint8Array({ maxLength: 80 }))
    .map(([code, rest]) => Uint8Array.of(code, ...rest));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), plausible), (plaintext) => {
      const operation = unpack(plaintext);
      if (operation) expect(unpack(packOperation(operation))).toEqual(operation);
    }),
    { numRuns: 2000 },
  );
});

test('the OK of a PUT carries the bytes held', () => {
  expect(unpackBoardOperation(packHeld(9, 123_456))).toEqual({
    op: 'ok',
    rid: 9,
    bytes: Uint8Array.of(0, 1, 0xe2, 0x40),
  });
  expect(readHeld(Uint8Array.of(0, 1, 0xe2, 0x40))).toBe(123_456);
  expect(readHeld(Uint8Array.of(0, 1))).toBeUndefined();
});
