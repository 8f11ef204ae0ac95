/** Boards that come by cable, from the request for a key to the board on line, over the real API and real sockets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  type BoardProvisioned,
  boardProvisionedSchema,
  bundleSchema,
  clientManifestSchema,
  MAX_BUNDLE,
  MAX_RESERVED_BOARDS,
} from '#lib/api/provision-schema.ts';
import type { Provision } from '#lib/api/schema.ts';
import { nodeCrypto } from '#lib/node/crypto.ts';
import { CLOSE_PROTOCOL } from '#lib/protocol/frames.ts';
import { TEST_INFO, TestBoard } from '#lib/protocol/test-board.fixture.ts';
import { type LiveSocket, ScriptedBoard, TestHub, within } from './start.fixture.ts';

let hub: TestHub;
let live: LiveSocket;
beforeAll(async () => {
  hub = await TestHub.start();
  live = await hub.live();
});
afterAll(() => hub.end());

let chips = 0;
const newChip = () => (0x10000000 + ++chips).toString(16);

async function provision(chipId: string, more: object = {}): Promise<BoardProvisioned> {
  const { status, body } = await hub.call('POST', '/boards/provision', { chipId, platform: 'esp8266', ...more });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return boardProvisionedSchema.parse(body);
}

/** Connected, its key rotated, and on line after all that was heard before. */
async function onLine(provisioned: Provision): Promise<ScriptedBoard> {
  const board = new ScriptedBoard(() => hub.hub, provisioned);
  const heard = live.heard.length;
  board.connect();
  await within(board.rotated, 'rotated key');
  await live.next(
    (message) =>
      message.type === 'board.changed' &&
      isOnline(message.data.board, provisioned.board.id) &&
      live.heard.indexOf(message) >= heard,
  );
  return board;
}

const isOnline = (board: { id: string; state: string }, id: string) => board.id === id && board.state === 'online';

/** The code with which the hub closes on a board with that key. */
function closeCode(boardId: string, key: string, epoch: number): Promise<number> {
  const socket = new WebSocket(`${hub.hub.url.replace('http', 'ws')}/device`, { perMessageDeflate: false });
  const board = new TestBoard({
    crypto: nodeCrypto,
    boardId: Buffer.from(boardId, 'hex'),
    key: Buffer.from(key, 'hex'),
    epoch,
    send: (message) => socket.send(message),
  });
  socket.on('open', () => {
    board.connect();
    // Whoever does not have the key cannot answer M2; the hub is told at once.
    socket.on('message', () => board.sealer === undefined && socket.send(Buffer.alloc(36, 3)));
  });
  socket.on('message', (data) => data instanceof Uint8Array && board.receive(data));
  return within(new Promise((resolve) => socket.on('close', resolve)), 'close of the socket');
}

describe('a board on the cable', () => {
  it('is numbered by its platform, known by its chip before it is on line, and comes on line with its key', async () => {
    const [a, b] = [await provision(newChip(), { mac: '5C:CF:7F:00:00:01' }), await provision(newChip())];
    expect([a.board.name, b.board.name]).toEqual(['esp8266-1', 'esp8266-2']);
    expect(a).toMatchObject({ known: false, epoch: 1, key: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(a.board).toMatchObject({ platform: 'esp8266', chipId: '10000001', state: 'offline', virtual: false });
    // This hub listens on 127.0.0.1 alone: no board of metal can dial that.
    expect(a.hubUrls).toEqual([]);
    await onLine(a);
    expect((await hub.call('GET', `/boards/${a.board.id}`)).body).toMatchObject({ state: 'online' });
  });

  it('may be named by the person; a name that is taken is refused', async () => {
    expect((await provision(newChip(), { name: 'lab-01' })).board.name).toBe('lab-01');
    const { status, body } = await hub.call('POST', '/boards/provision', {
      chipId: newChip(),
      platform: 'esp8266',
      name: 'lab-01',
    });
    expect([status, body.error.code, body.error.field]).toEqual([409, 'board_name_taken', 'name']);
  });

  it('with a known chip stays the same board, keeps name and history, and its old key stops working at once', async () => {
    const chip = newChip();
    const first = await provision(chip, { name: 'oven' });
    const board = await onLine(first);
    const job = await hub.run('oven', 'print hello');
    await live.ended(job);
    const heard = live.heard.length;
    const again = await provision(chip.toUpperCase(), { name: 'other-name' });
    expect(again).toMatchObject({ known: true, board: { id: first.board.id, name: 'oven' } });
    expect(again.epoch).toBeGreaterThan(2);
    expect(again.key).not.toBe(first.key);
    await live.next(
      (message) =>
        message.type === 'board.changed' &&
        message.data.board.id === first.board.id &&
        message.data.board.state === 'offline' &&
        live.heard.indexOf(message) >= heard,
    );
    expect(await closeCode(first.board.id, first.key, 1)).toBe(CLOSE_PROTOCOL);
    // It has not heard of that, and tries with the key that it had last.
    board.connect();
    await onLine(again);
    expect((await hub.call('GET', `/jobs?board=${first.board.id}`)).body.jobs).toHaveLength(1);
    expect((await hub.output(job)).text).toBe('hello\n');
  });

  it('that connects while it is being provisioned anew does not stay in', async () => {
    const chip = newChip();
    const first = await provision(chip);
    const racing = Array.from({ length: 8 }, () => closeCode(first.board.id, first.key, 1));
    const again = await provision(chip);
    expect(new Set(await Promise.all(racing))).not.toContain(1000);
    await onLine(again);
  });

  it('asked for twice in one moment is one board', async () => {
    const chip = newChip();
    const both = await Promise.all([provision(chip), provision(chip)]);
    expect(new Set(both.map(({ board }) => board.id)).size).toBe(1);
    expect(both.map(({ known }) => known).sort()).toEqual([false, true]);
    await onLine(both.find(({ known }) => known) ?? both[0]);
  });

  it('that was once added by hand is known by the chip that it told', async () => {
    const byHand = await hub.onlineBoard('by-hand', live);
    await hub.restart();
    live = await hub.live();
    const again = await provision(TEST_INFO.chip);
    expect(again).toMatchObject({ known: true, board: { id: byHand.provision.board.id, name: 'by-hand' } });
  });

  it.each([
    ['no chip', { platform: 'esp8266' }, 'chipId'],
    ['an odd chip', { chipId: 'abc', platform: 'esp8266' }, 'chipId'],
    ['a bad MAC', { chipId: 'aabbccdd', mac: '12:34', platform: 'esp8266' }, 'mac'],
    ['a platform that is no word', { chipId: 'aabbccdd', platform: '../x' }, 'platform'],
    ['a bad name', { chipId: 'aabbccdd', platform: 'esp8266', name: 'ä b' }, 'name'],
    ['an unknown field', { chipId: 'aabbccdd', platform: 'esp8266', team: 'x' }, 'team'],
  ])('with %s: 422 with the field', async (_what, body, field) => {
    const answer = await hub.call('POST', '/boards/provision', body);
    expect([answer.status, answer.body.error.code, answer.body.error.field]).toEqual([422, 'invalid_input', field]);
  });
});

describe('a bundle of keys', () => {
  const bundle = async (count: number) =>
    bundleSchema.parse((await hub.call('POST', '/boards/provision-bundle', { count })).body);
  const asProvision = ({ boardId, key, epoch }: { boardId: string; key: string; epoch: number }) =>
    ({ board: { id: boardId, name: '' }, key, epoch, hubUrls: [] }) as unknown as Provision;

  it('is not a list of boards until one of them connects, and then it is one', async () => {
    const before = (await hub.call('GET', '/boards')).body.boards.length;
    const { boards, expiresAt } = await bundle(3);
    expect(new Set(boards.map(({ key }) => key)).size).toBe(3);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(29.9 * 86_400_000);
    expect((await hub.call('GET', '/boards')).body.boards).toHaveLength(before);
    const [first] = boards;
    const board = await onLine(asProvision(first!));
    const { body } = await hub.call('GET', '/boards');
    expect(body.boards).toHaveLength(before + 1);
    const made = body.boards.find(({ id }: { id: string }) => id === first?.boardId);
    expect(made).toMatchObject({ name: expect.stringMatching(/^esp8266-\d+$/), state: 'online', platform: 'esp8266' });
    const job = await hub.run(made.name, 'print joined');
    expect(await live.ended(job)).toMatchObject({ state: 'succeeded' });
    await hub.restart();
    live = await hub.live();
    board.connect();
    await live.next((message) => message.type === 'board.changed' && isOnline(message.data.board, made.id));
    expect((await hub.call('GET', `/boards/${boards[1]?.boardId}`)).body.error.code).toBe('board_not_found');
  });

  it('opens each of its boards once, however many pretend to be it', async () => {
    const { boards } = await bundle(1);
    const { boardId, key } = boards[0]!;
    expect(await closeCode(boardId, '00'.repeat(32), 1)).toBe(CLOSE_PROTOCOL);
    await onLine(asProvision(boards[0]!));
    expect(await closeCode(boardId, key, 1)).toBe(CLOSE_PROTOCOL);
  });

  it('may be used by the boards of a whole class at once', async () => {
    const { boards } = await bundle(10);
    await Promise.all(boards.map((each) => onLine(asProvision(each))));
    const names = (await hub.call('GET', '/boards')).body.boards.map(({ name }: { name: string }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has a limit of its own and one for the team', async () => {
    const { body } = await hub.call('POST', '/boards/provision-bundle', { count: MAX_BUNDLE + 1 });
    expect(body.error).toMatchObject({ code: 'invalid_input', field: 'count' });
    for (let more = 0; more < MAX_RESERVED_BOARDS / MAX_BUNDLE; more += 1) {
      await hub.call('POST', '/boards/provision-bundle', { count: MAX_BUNDLE });
    }
    const late = await hub.call('POST', '/boards/provision-bundle', { count: MAX_BUNDLE });
    expect([late.status, late.body.error.code]).toEqual([409, 'too_many_reserved_boards']);
  });
});

describe('the client', () => {
  it('is listed with its version and given by content, to be kept for ever', async () => {
    const manifest = clientManifestSchema.parse((await hub.call('GET', '/client')).body);
    expect(manifest.files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['boot.py', 'main.py', 'cm_wire.mpy']),
    );
    const headers = { authorization: `Bearer ${hub.hub.localToken}` };
    for (const { sha256, sizeBytes } of manifest.files) {
      const response = await fetch(`${hub.hub.url}/api/v1/client/files/${sha256}`, { headers });
      const bytes = new Uint8Array(await response.arrayBuffer());
      expect([response.status, bytes.length, nodeCryptoHash(bytes)]).toEqual([200, sizeBytes, sha256]);
      expect(response.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    }
    expect((await hub.call('GET', `/client/files/${'0'.repeat(64)}`)).body.error.code).toBe('client_file_not_found');
    expect((await hub.call('GET', '/client/files/..%2fmanifest.json')).status).toBe(422);
  });
});

const nodeCryptoHash = (bytes: Uint8Array) => Buffer.from(nodeCrypto.sha256(bytes)).toString('hex');

describe('a Wi-Fi profile', () => {
  const PASSWORD = 'gänse "füttern" \\ 8€';
  const SSID = 'Café 2.4 "Gäste"';
  let id: string;

  it('is kept and listed without its password', async () => {
    const { status, body } = await hub.call('POST', '/wifi-profiles', { ssid: SSID, password: PASSWORD });
    expect([status, body.ssid]).toEqual([201, SSID]);
    id = body.id;
    const list = await hub.call('GET', '/wifi-profiles');
    expect(list.body.profiles).toEqual([{ id, ssid: SSID, createdAt: body.createdAt, createdBy: expect.any(String) }]);
    expect(JSON.stringify([body, list.body])).not.toContain('gänse');
  });

  it('gives its password to whoever provisions a board, never to a cache', async () => {
    const { body, headers } = await hub.call('GET', `/wifi-profiles/${id}/secret`);
    expect(body).toEqual({ ssid: SSID, password: PASSWORD });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('is wrapped on disk', async () => {
    await hub.restart();
    live = await hub.live();
    expect((await hub.call('GET', `/wifi-profiles/${id}/secret`)).body.password).toBe(PASSWORD);
    for (const name of ['cloudmanager.sqlite', 'cloudmanager.sqlite-wal']) {
      expect(readFileSync(join(hub.folder.dir, name)).includes(PASSWORD.slice(0, 8))).toBe(false);
    }
  });

  it('is one for each network', async () => {
    const { status, body } = await hub.call('POST', '/wifi-profiles', { ssid: SSID, password: '' });
    expect([status, body.error.code, body.error.field]).toEqual([409, 'wifi_profile_taken', 'ssid']);
    expect((await hub.call('POST', '/wifi-profiles', { ssid: 'open', password: '' })).status).toBe(201);
  });

  it.each([
    ['an empty name', '', 'abcdefgh', 'ssid'],
    ['a name of 33 bytes', 'x'.repeat(33), 'abcdefgh', 'ssid'],
    ['a name of 17 letters of two bytes', 'ä'.repeat(17), 'abcdefgh', 'ssid'],
    ['a line end in the name', 'a\nb', 'abcdefgh', 'ssid'],
    ['a password of 7 bytes', 'x', '1234567', 'password'],
    ['a password of 64 bytes', 'x', '1'.repeat(64), 'password'],
    ['a password of 32 letters of two bytes', 'x', 'ä'.repeat(32), 'password'],
    ['a zero in the password', 'x', '1234567\0', 'password'],
  ])('with %s is refused, and the refusal does not repeat the password', async (_what, ssid, password, field) => {
    const { status, body } = await hub.call('POST', '/wifi-profiles', { ssid, password });
    expect([status, body.error.code, body.error.field]).toEqual([422, 'invalid_input', field]);
    expect(JSON.stringify(body)).not.toContain(password);
  });

  it.each([
    ['x'.repeat(32), '1'.repeat(63)],
    ['ä'.repeat(16), 'ä'.repeat(31)],
    [' ', '        '],
  ])('%j has all the bytes that it may have', async (ssid, password) => {
    const { body } = await hub.call('POST', '/wifi-profiles', { ssid, password });
    expect((await hub.call('GET', `/wifi-profiles/${body.id}/secret`)).body).toEqual({ ssid, password });
  });

  it('is gone when it is deleted', async () => {
    expect((await hub.call('DELETE', `/wifi-profiles/${id}`)).status).toBe(204);
    expect((await hub.call('DELETE', `/wifi-profiles/${id}`)).body.error.code).toBe('wifi_profile_not_found');
    expect((await hub.call('GET', `/wifi-profiles/${id}/secret`)).body.error.code).toBe('wifi_profile_not_found');
  });
});
