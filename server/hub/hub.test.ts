import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { boardIdSchema } from '#lib/api/schema.ts';
import { CLOSE_PROTOCOL, CLOSE_RECONNECT, CLOSE_REPLACED, CLOSE_SILENT } from '#lib/protocol/frames.ts';
import { packHeld } from '#lib/protocol/operations.ts';
import { TEST_INFO, type TestBoardOptions } from '#lib/protocol/test-board.fixture.ts';
import { FakeClock } from '#server/session/fake-clock.fixture.ts';
import { BOARD_ID, HubRig, KEY, NAME, storedBoard, TEAM, until } from './hub-rig.fixture.ts';

const EMPTY = new Uint8Array(0);
const quiet = { job: 7, source: 'x()', onStarted() {}, onOutput() {} };
let rig: HubRig;

const isOnline = () => rig.board.state === 'online';
const start = async (...args: Parameters<typeof HubRig.start>) => {
  rig = await HubRig.start(...args);
  return rig;
};

afterEach(() => rig.stop());

test('a board that proves its key is on line with its facts, and off line at once after its socket closes', async () => {
  const { hub } = await start();
  expect(rig.board).toMatchObject({ state: 'offline', platform: null, lastSeenAt: null });
  const { ws } = rig.link();
  await until(isOnline);
  expect(hub.findBoardByName(TEAM, NAME)).toMatchObject({
    platform: 'esp8266',
    firmware: '1.27.0',
    memFreeBytes: 29_600,
    rssiDbm: -61,
    address: '127.0.0.1',
    safeMode: false,
  });
  expect(hub.counts()).toEqual({ total: 1, online: 1, unauthenticated: 0, refusedHandshakes: 0 });
  expect([hub.isConnected(BOARD_ID), hub.isIdle(BOARD_ID)]).toEqual([true, true]);
  ws.close();
  await until(() => rig.board.state === 'offline');
  expect(rig.comings).toEqual([`+${BOARD_ID}`, `-${BOARD_ID}`]);
  expect(rig.changes.map((board) => board.state)).toEqual(['online', 'offline']);
  expect(rig.board).toMatchObject({ platform: 'esp8266', address: null });
  expect(rig.saved).toHaveLength(2);
});

test('the newest session of a board wins, and what ran on the old one has lost its link', async () => {
  const { hub } = await start();
  const first = rig.link({ onOperation: (operation) => operation.op === 'exec' });
  await until(isOnline);
  const execution = hub.execute(BOARD_ID, quiet);
  const second = rig.link();
  await expect(execution.done).rejects.toMatchObject({ code: 'board_link_lost' });
  expect(await first.closed).toBe(CLOSE_REPLACED);
  expect(rig.comings).toEqual([`+${BOARD_ID}`, `-${BOARD_ID}`, `+${BOARD_ID}`]);
  expect([rig.board.state, hub.counts().online, second.ws.readyState]).toEqual(['online', 1, WebSocket.OPEN]);
  expect(rig.changes.map((board) => board.state)).not.toContain('offline');
});

test('a single-use key is rotated, the rotated key is confirmed by its use and the old one is refused', async () => {
  await start({}, true);
  const first = rig.link();
  expect(await first.closed).toBe(CLOSE_RECONNECT);
  expect([rig.board.state, rig.comings]).toEqual(['offline', []]);
  rig.link({ key: first.board.next!.key, epoch: 2 });
  await until(isOnline);
  expect(rig.keys.rings.get(BOARD_ID)).toMatchObject({ current: { epoch: 2 }, next: undefined, singleUse: false });
  const old = rig.link();
  old.ws.on('message', () => old.ws.send(Buffer.from([3, ...new Uint8Array(35)])));
  expect(await old.closed).toBe(CLOSE_PROTOCOL);
  expect(rig.hub.counts().refusedHandshakes).toBe(1);
});

const hello: TestBoardOptions['onOperation'] = (operation, board) => {
  if (operation.op !== 'exec') return false;
  const { rid, job } = operation;
  board.reply({ op: 'ok', rid, bytes: EMPTY });
  board.reply({ op: 'out', rid, bytes: Buffer.from('hello ') });
  board.reply({ op: 'out', rid, bytes: Buffer.from('world') });
  board.reply({ op: 'done', rid, job, state: 'succeeded', status: 0, traceback: '' });
  return true;
};

test('a program runs with its output under credits, also when all its records come at once', async () => {
  const { hub } = await start();
  const { board } = rig.link({ onOperation: hello });
  await until(isOnline);
  let output = '';
  const told: string[] = [];
  const execution = hub.execute(BOARD_ID, {
    ...quiet,
    onStarted: () => told.push('started'),
    onOutput(bytes) {
      output += Buffer.from(bytes).toString();
    },
  });
  expect([rig.board.state, hub.isIdle(BOARD_ID)]).toEqual(['busy', false]);
  expect(() => hub.execute(BOARD_ID, quiet)).toThrow(`${NAME} is running something else.`);
  expect(await execution.done).toEqual({ state: 'succeeded', status: 0, traceback: '' });
  expect([output, told]).toEqual(['hello world', ['started']]);
  await until(() => isOnline() && board.received.length === 3);
  expect(board.received.map((operation) => operation.op)).toEqual(['welcome', 'exec', 'credit']);
  for (let job = 8; job < 100; job++) await hub.execute(BOARD_ID, { ...quiet, job }).done;
});

test('a job that still runs when the board comes back is attached to; anything else is refused as busy', async () => {
  const { hub } = await start();
  rig.link({ info: { ...TEST_INFO, run: 7, job: [7, 'started', 0] }, onOperation: hello });
  await until(() => rig.board.state === 'busy');
  expect([hub.isIdle(BOARD_ID), hub.isConnected(BOARD_ID)]).toEqual([false, true]);
  expect(() => hub.execute(BOARD_ID, { ...quiet, job: 8 })).toThrow('running something else');
  expect((await hub.execute(BOARD_ID, quiet).done).state).toBe('succeeded');
  await until(isOnline);
});

test('a program that nobody waits for any more is asked after until it ends', async () => {
  const clock = new FakeClock();
  await start({ clock });
  const { board } = rig.link({ info: { ...TEST_INFO, run: 3 } });
  await until(() => rig.board.state === 'busy');
  const { run: _, ...idle } = board.info;
  board.info = idle;
  await clock.advance(28_000);
  await until(isOnline);
});

test('presence: PONG refreshes the facts; a silent board is off line within 61 seconds', async () => {
  const clock = new FakeClock();
  await start({ clock });
  let isFrozen = false;
  const { closed } = rig.link({ onOperation: () => isFrozen });
  await until(isOnline);
  await clock.advance(28_000);
  await until(() => rig.changes.some((board) => board.uptimeS === 77));
  expect(rig.board).toMatchObject({ memFreeBytes: 28_000, rssiDbm: -60 });
  isFrozen = true;
  await clock.advance(59_000);
  expect(rig.board.state).toBe('online');
  await clock.advance(2_000);
  expect(rig.board.state).toBe('offline');
  expect(await closed).toBe(CLOSE_SILENT);
});

test('files come over one after the other, and the board is busy meanwhile', async () => {
  const { hub } = await start();
  const staged: Buffer[] = [];
  rig.link({
    onOperation(operation, board) {
      if (operation.op === 'put') {
        if (operation.offset === 0) staged.unshift(Buffer.alloc(0));
        staged[0] = Buffer.concat([staged[0]!, operation.bytes]);
        board.sendPlaintext(packHeld(operation.rid, staged[0].length));
      }
      if (operation.op === 'end') board.reply({ op: 'ok', rid: operation.rid, bytes: EMPTY });
      return operation.op === 'put' || operation.op === 'end';
    },
  });
  await until(isOnline);
  const contents = [1, 2, 3].map((byte) => new Uint8Array(3_000).fill(byte));
  const puts = contents.map((content, i) => hub.putFile(BOARD_ID, `/f${i}`, content));
  expect(rig.board.state).toBe('busy');
  await Promise.all(puts);
  expect(staged.reverse().map((file) => [file.length, file[0], file.at(-1)])).toEqual(
    [1, 2, 3].map((n) => [3_000, n, n]),
  );
  await until(isOnline);
});

test('a board that is off line or unknown is named', async () => {
  const { hub } = await start();
  expect(() => hub.execute(BOARD_ID, quiet)).toThrow(`${NAME} is off line.`);
  await expect(hub.getFile(BOARD_ID, '/f')).rejects.toMatchObject({ code: 'board_offline' });
  await expect(hub.putFile(boardIdSchema.parse('0'.repeat(32)), '/f', EMPTY)).rejects.toMatchObject({
    code: 'board_not_found',
  });
});

test('boards are added, renamed and removed while the hub runs', async () => {
  const { hub } = await start();
  const other = boardIdSchema.parse('1'.repeat(32));
  hub.setBoard(storedBoard(other, 'wipy-1'));
  hub.setBoard(storedBoard(other, 'wipy-2'));
  expect(hub.listBoards(TEAM).map((board) => board.name)).toEqual([NAME, 'wipy-2']);
  expect(hub.findBoardByName(TEAM, 'wipy-1')).toBeUndefined();
  const { closed } = rig.link();
  await until(isOnline);
  hub.removeBoard(BOARD_ID);
  expect(await closed).toBe(CLOSE_PROTOCOL);
  expect(hub.listBoards(TEAM)).toHaveLength(1);
  expect(hub.counts()).toMatchObject({ total: 1, online: 0 });
  expect([rig.events.at(-1), rig.comings.at(-1)]).toEqual(['board.removed', `-${BOARD_ID}`]);
});

test('a key whose board is not there any more opens nothing', async () => {
  await start();
  rig.hub.removeBoard(BOARD_ID);
  expect(await rig.link().closed).toBe(CLOSE_PROTOCOL);
  expect(rig.comings).toEqual([]);
});

test('stop says BYE, closes with 1001, lets nobody in and resolves', async () => {
  const { hub } = await start();
  const { board, closed } = rig.link();
  await until(isOnline);
  const execution = hub.execute(BOARD_ID, quiet);
  execution.done.catch(() => undefined);
  await hub.stop();
  expect(await closed).toBe(1001);
  expect(board.received.at(-1)).toEqual({ op: 'bye', rid: 0, windowS: 1 });
  await expect(execution.done).rejects.toMatchObject({ code: 'board_link_lost' });
  expect(rig.board.state).toBe('offline');
  expect(await rig.link().closed).toBe(503);
});

test('KEY of this board is not the key of another', async () => {
  await start();
  const stranger = rig.link({ boardId: new Uint8Array(16).fill(1), key: KEY });
  await until(() => stranger.heard.length === 1);
  expect(stranger.board.sealer).toBeUndefined();
  expect(rig.hub.counts()).toMatchObject({ online: 0, unauthenticated: 1 });
});
