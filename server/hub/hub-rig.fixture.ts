/** For tests of the hub: one hub on a free port, one known board, and as many sockets as a test wants. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import type { EventMap, EventName } from '#lib/api/events.ts';
import { type Board, type BoardId, boardIdSchema, teamIdSchema } from '#lib/api/schema.ts';
import { nodeCrypto } from '#lib/node/crypto.ts';
import { hexOf } from '#lib/protocol/bytes.ts';
import { TestBoard, type TestBoardOptions } from '#lib/protocol/test-board.fixture.ts';
import { createHub, type Hub } from './hub.ts';
import type { BoardKey, BoardKeys, BoardStore, Clock, HubDeps, KeyStore, StoredBoard } from './ports.ts';

export const TEAM = teamIdSchema.parse('team_0123456789abcdef');
export const ID = new Uint8Array(16).fill(0xb0);
export const BOARD_ID = boardIdSchema.parse(hexOf(ID));
export const KEY = new Uint8Array(32).fill(0x5e);
export const NAME = 'esp8266-1';

export const storedBoard = (id: BoardId = BOARD_ID, name = NAME): StoredBoard => ({
  id,
  teamId: TEAM,
  name,
  virtual: false,
  createdAt: 1_000,
  lastSeenAt: null,
  info: null,
});

export const realClock: Clock = {
  now: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

class MemoryKeys implements KeyStore {
  readonly rings = new Map<BoardId, BoardKeys>();

  async findKeys(id: BoardId): Promise<BoardKeys | undefined> {
    return this.rings.get(id);
  }

  async saveNextKey(id: BoardId, next: BoardKey): Promise<void> {
    this.rings.set(id, { ...this.#get(id), next });
  }

  async confirmNextKey(id: BoardId): Promise<void> {
    const { teamId, next } = this.#get(id);
    if (next) this.rings.set(id, { teamId, current: next, next: undefined, singleUse: false });
  }

  #get(id: BoardId): BoardKeys {
    const ring = this.rings.get(id);
    if (!ring) throw new Error('No such key.');
    return ring;
  }
}

export interface Link {
  readonly board: TestBoard;
  readonly ws: WebSocket;
  /** Messages from the hub. */
  readonly heard: Uint8Array[];
  /** The code of the close, or the status of a refused upgrade. */
  readonly closed: Promise<number>;
}

export class HubRig {
  readonly hub: Hub;
  readonly keys: MemoryKeys;
  /** `+id` and `-id`, as the listener was told. */
  readonly comings: string[] = [];
  readonly changes: Board[] = [];
  readonly events: EventName[];
  readonly saved: unknown[];
  readonly #server = createServer();
  readonly #sockets: WebSocket[] = [];

  private constructor(hub: Hub, keys: MemoryKeys, events: EventName[], changes: Board[], saved: unknown[]) {
    this.hub = hub;
    this.keys = keys;
    this.events = events;
    this.changes = changes;
    this.saved = saved;
    hub.setListener({
      onConnected: (id) => this.comings.push(`+${id}`),
      onDisconnected: (id) => this.comings.push(`-${id}`),
    });
    this.#server.on('upgrade', (request, socket, head) => hub.handleUpgrade(request, socket, head));
  }

  static async start(overrides: Partial<HubDeps> = {}, singleUse = false): Promise<HubRig> {
    const keys = new MemoryKeys();
    keys.rings.set(BOARD_ID, { teamId: TEAM, current: { epoch: 1, key: KEY }, next: undefined, singleUse });
    const events: EventName[] = [];
    const changes: Board[] = [];
    const saved: unknown[] = [];
    const boards: BoardStore = {
      listAllBoards: async () => [storedBoard()],
      saveFacts: async (_id, facts) => void saved.push(facts),
    };
    const publish = <Name extends EventName>(_team: unknown, name: Name, data: EventMap[Name]) => {
      events.push(name);
      if ('board' in data) changes.push(data.board);
    };
    const log = { info() {}, warn() {}, error: (fields: object, message: string) => console.error(message, fields) };
    const hub = await createHub({
      boards,
      keys,
      bus: { publish },
      clock: realClock,
      crypto: nodeCrypto,
      random: Math.random,
      serverSecret: new Uint8Array(32).fill(1),
      clientVersion: '0.1.0',
      log,
      ...overrides,
    });
    const rig = new HubRig(hub, keys, events, changes, saved);
    await new Promise<void>((resolve) => rig.#server.listen(0, '127.0.0.1', resolve));
    return rig;
  }

  get board(): Board {
    const board = this.hub.findBoard(TEAM, BOARD_ID);
    if (!board) throw new Error('The board was removed.');
    return board;
  }

  /** A socket to `/device` with a board at its end that says M1 by itself. */
  link(options: Partial<TestBoardOptions> = {}): Link {
    const ws = this.socket();
    const send = (message: Uint8Array) => ws.send(message, () => undefined);
    const board = new TestBoard({ crypto: nodeCrypto, boardId: ID, key: KEY, send, ...options });
    ws.on('open', () => board.connect());
    ws.on('message', (data) => data instanceof Uint8Array && board.receive(data));
    return { board, ws, ...watch(ws) };
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** A socket to `/device` that says nothing. */
  socket(headers: Record<string, string> = {}): WebSocket {
    const ws = new WebSocket(`ws://127.0.0.1:${this.port}/device`, { headers, perMessageDeflate: false });
    this.#sockets.push(ws);
    return ws;
  }

  async stop(): Promise<void> {
    await this.hub.stop();
    for (const socket of this.#sockets) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function watch(ws: WebSocket): { readonly heard: Uint8Array[]; readonly closed: Promise<number> } {
  const heard: Uint8Array[] = [];
  ws.on('message', (data) => data instanceof Uint8Array && heard.push(data));
  const closed = new Promise<number>((resolve) => {
    ws.on('close', (code) => resolve(code));
    ws.on('error', () => resolve(0));
    ws.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      ws.terminate();
    });
  });
  return { heard, closed };
}

/** Waits for what has no event of its own, and fails when it does not come. */
export async function until(condition: () => boolean, timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`It did not happen within ${timeoutMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
