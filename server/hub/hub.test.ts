import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { EventMap, EventName } from '#lib/api/events.ts';
import { type BoardId, boardIdSchema, teamIdSchema } from '#lib/api/schema.ts';
import { nodeCrypto } from '#lib/node/crypto.ts';
import { hexOf } from '#lib/protocol/bytes.ts';
import { CLOSE_PROTOCOL, CLOSE_RECONNECT, CLOSE_REPLACED } from '#lib/protocol/frames.ts';
import { TestBoard, type TestBoardOptions } from '#lib/protocol/test-board.fixture.ts';
import { createHub, type Hub } from './hub.ts';
import type { BoardKeys, HubDeps, StoredBoard } from './ports.ts';

const TEAM = teamIdSchema.parse('team_0123456789abcdef');
const ID = nodeCrypto.randomBytes(16);
const BOARD_ID = boardIdSchema.parse(hexOf(ID));
const KEY = nodeCrypto.randomBytes(32);

const stored = (id: BoardId, name: string): StoredBoard => ({
  id,
  teamId: TEAM,
  name,
  virtual: false,
  createdAt: 1_000,
  lastSeenAt: null,
  info: null,
});

class MemoryKeys {
  readonly rings = new Map<BoardId, BoardKeys>();
  async findKeys(id: BoardId) {
    return this.rings.get(id);
  }
  async saveNextKey(id: BoardId, next: BoardKeys['current']) {
    this.rings.set(id, { ...this.rings.get(id)!, next });
  }
  async confirmNextKey(id: BoardId) {
    const ring = this.rings.get(id)!;
    this.rings.set(id, { ...ring, current: ring.next!, next: undefined, singleUse: false });
  }
}

interface Link {
  readonly board: TestBoard;
  readonly ws: WebSocket;
  readonly closed: Promise<number>;
}

let hub: Hub;
let server: Server;
let keys: MemoryKeys;
let events: { name: EventName; data: unknown }[];
let connected: string[];
let wakers: (() => void)[];

const note = () => {
  for (const wake of wakers.splice(0)) wake();
};

/** Waits until something that happened makes the condition true. */
async function until(condition: () => boolean, timeoutMs = 5_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('It did not happen in time.');
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 20);
      wakers.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

function depsOf(): HubDeps {
  return {
    boards: { listAllBoards: async () => [stored(BOARD_ID, 'esp8266-1')], saveFacts: async () => undefined },
    keys,
    bus: {
      publish: <Name extends EventName>(_team: unknown, name: Name, data: EventMap[Name]) => {
        events.push({ name, data });
        note();
      },
    },
    clock: {
      now: () => Date.now(),
      after: (delayMs, task) => {
        const timer = setTimeout(task, delayMs);
        return () => clearTimeout(timer);
      },
    },
    crypto: nodeCrypto,
    random: Math.random,
    serverSecret: nodeCrypto.randomBytes(32),
    clientVersion: '0.1.0',
    log: { info() {}, warn() {}, error: (fields, message) => console.error(message, fields) },
  };
}

function link(options: Partial<TestBoardOptions> = {}, headers: Record<string, string> = {}): Link {
  const { port } = server.address() as AddressInfo;
  const ws = new WebSocket(`ws://127.0.0.1:${port}/device`, { headers, perMessageDeflate: false });
  const board = new TestBoard({ crypto: nodeCrypto, boardId: ID, key: KEY, send: (m) => ws.send(m), ...options });
  ws.on('open', () => board.connect());
  ws.on('message', (data) => data instanceof Uint8Array && board.receive(data));
  const closed = new Promise<number>((resolve) => {
    ws.on('close', (code) => resolve(code));
    ws.on('error', () => resolve(0));
    ws.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      ws.terminate();
    });
  });
  return { board, ws, closed };
}

const stateOf = () => hub.findBoard(TEAM, BOARD_ID)?.state;

beforeEach(async () => {
  keys = new MemoryKeys();
  keys.rings.set(BOARD_ID, { teamId: TEAM, current: { epoch: 1, key: KEY }, next: undefined, singleUse: false });
  events = [];
  connected = [];
  wakers = [];
  hub = await createHub(depsOf());
  hub.setListener({
    onConnected: (id) => connected.push(`+${id}`),
    onDisconnected: (id) => connected.push(`-${id}`),
  });
  server = createServer();
  server.on('upgrade', (request, socket, head) => hub.handleUpgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await hub.stop();
  await new Promise((resolve) => server.close(resolve));
});

test('a board that proves its key is on line with its facts, and off line at once after its socket closes', async () => {
  expect(stateOf()).toBe('offline');
  const { ws } = link();
  await until(() => stateOf() === 'online');
  expect(hub.findBoardByName(TEAM, 'esp8266-1')).toMatchObject({
    platform: 'esp8266',
    firmware: '1.27.0',
    memFreeBytes: 29_600,
    rssiDbm: -61,
    address: '127.0.0.1',
    safeMode: false,
  });
  expect(hub.counts()).toEqual({ total: 1, online: 1, unauthenticated: 0, refusedHandshakes: 0 });
  ws.close();
  await until(() => stateOf() === 'offline');
  expect(connected).toEqual([`+${BOARD_ID}`, `-${BOARD_ID}`]);
  expect(events.map((event) => event.name)).toEqual(['board.changed', 'board.changed']);
});

test('the newest session of a board wins', async () => {
  const first = link();
  await until(() => stateOf() === 'online');
  const second = link();
  expect(await first.closed).toBe(CLOSE_REPLACED);
  await until(() => connected.length === 3);
  expect(stateOf()).toBe('online');
  expect(second.ws.readyState).toBe(WebSocket.OPEN);
});

test('a single-use key is rotated, the rotated key is confirmed by its use and the old one is refused', async () => {
  keys.rings.set(BOARD_ID, { ...keys.rings.get(BOARD_ID)!, singleUse: true });
  const first = link();
  expect(await first.closed).toBe(CLOSE_RECONNECT);
  expect(stateOf()).toBe('offline');
  expect(connected).toEqual([]);
  const next = first.board.next!;
  link({ key: next.key, epoch: next.epoch });
  await until(() => stateOf() === 'online');
  expect(keys.rings.get(BOARD_ID)).toMatchObject({ current: { epoch: 2 }, next: undefined, singleUse: false });
  const old = link();
  old.ws.on('message', () => old.ws.send(Buffer.from([3, ...new Uint8Array(35)])));
  expect(await old.closed).toBe(CLOSE_PROTOCOL);
});

test('a program runs with its output under credits', async () => {
  const { board } = link({
    onOperation(operation, self) {
      if (operation.op !== 'exec') return false;
      const { rid, job } = operation;
      self.reply({ op: 'ok', rid, bytes: new Uint8Array(0) });
      self.reply({ op: 'out', rid, bytes: Buffer.from('hello ') });
      self.reply({ op: 'out', rid, bytes: Buffer.from('world') });
      self.reply({ op: 'done', rid, job, state: 'succeeded', status: 0, traceback: '' });
      return true;
    },
  });
  await until(() => stateOf() === 'online');
  let output = '';
  let started = 0;
  const execution = hub.execute(BOARD_ID, {
    job: 7,
    source: 'print("hello world")',
    onStarted: () => {
      started += 1;
    },
    onOutput: (bytes) => {
      output += Buffer.from(bytes).toString();
    },
  });
  expect(stateOf()).toBe('busy');
  expect(await execution.done).toEqual({ state: 'succeeded', status: 0, traceback: '' });
  expect([output, started]).toEqual(['hello world', 1]);
  await until(() => stateOf() === 'online' && board.received.length === 4);
  expect(board.received.map((operation) => operation.op)).toEqual(['welcome', 'exec', 'credit', 'credit']);
});
