import { get } from 'node:http';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { nodeCrypto } from '#lib/node/crypto.ts';
import { CLOSE_PROTOCOL, M2_BYTES } from '#lib/protocol/frames.ts';
import { packM1 } from '#lib/protocol/handshake.ts';
import { FakeClock } from '#server/session/fake-clock.fixture.ts';
import { HubRig, ID, until, watch } from './hub-rig.fixture.ts';

let rig: HubRig;
beforeEach(async () => {
  rig = await HubRig.start();
});
afterEach(() => rig.stop());

const isOnline = () => rig.board.state === 'online';
const opened = async (ws: WebSocket) => {
  if (ws.readyState !== ws.OPEN) await new Promise((resolve) => ws.once('open', resolve));
  return ws;
};

test('an upgrade with an Origin or a Cookie is a browser’s and gets 403', async () => {
  for (const headers of [{ Origin: 'http://localhost' }, { Origin: 'null' }, { Cookie: 'a=b' }]) {
    expect(await watch(rig.socket(headers as Record<string, string>)).closed).toBe(403);
  }
  expect(rig.hub.counts().unauthenticated).toBe(0);
});

test('what is not an M1 closes with 4000, whatever it is', async () => {
  const firsts: (Buffer | string)[] = [
    'hello',
    '',
    Buffer.alloc(57, 1),
    Buffer.alloc(4_000, 1),
    Buffer.from([0x10]),
    Buffer.alloc(0),
  ];
  for (const first of firsts) {
    const ws = rig.socket();
    const { closed, heard } = watch(ws);
    (await opened(ws)).send(first);
    expect(await closed).toBe(CLOSE_PROTOCOL);
    expect(heard).toEqual([]);
  }
  await until(() => rig.hub.counts().unauthenticated === 0);
  expect(rig.hub.counts().refusedHandshakes).toBe(firsts.length);
});

test('a message over 4 KB never reaches a session', async () => {
  const ws = rig.socket();
  const { closed } = watch(ws);
  (await opened(ws)).send(Buffer.alloc(5_000, 1));
  expect(await closed).toBe(1009);
});

test('wrong key, unknown board and old epoch: the same messages, the same code', async () => {
  const told = [];
  for (const [boardId, epoch] of [
    [ID, 1],
    [new Uint8Array(16).fill(7), 1],
    [ID, 0],
  ] as const) {
    const ws = rig.socket();
    const { closed, heard } = watch(ws);
    (await opened(ws)).send(packM1({ boardId, epoch, nonce: nodeCrypto.randomBytes(32) }));
    await until(() => heard.length === 1);
    ws.send(Buffer.from([3, 0, 0, 0, ...nodeCrypto.randomBytes(32)]));
    told.push([
      await closed,
      heard.map((message) => message.length),
      Buffer.from(heard[0]!.subarray(0, 4)).toString('hex'),
    ]);
  }
  expect(told).toEqual([1, 2, 3].map(() => [CLOSE_PROTOCOL, [M2_BYTES], '02010100']));
});

test('more sockets than a second’s handshakes get 503 before they are opened', async () => {
  const clock = new FakeClock();
  await rig.stop();
  rig = await HubRig.start({ clock });
  const answers = Array.from({ length: 510 }, () => {
    const ws = rig.socket();
    return Promise.race([watch(ws).closed, opened(ws).then(() => 101)]);
  });
  const codes = await Promise.all(answers);
  expect([codes.filter((code) => code === 101).length, codes.filter((code) => code === 503).length]).toEqual([500, 10]);
  expect(rig.hub.counts()).toMatchObject({ unauthenticated: 500, refusedHandshakes: 10 });
  await clock.advance(11_000);
  await until(() => rig.hub.counts().unauthenticated === 0);
});

test('an upgrade that is no WebSocket’s leaves no place taken in the door', async () => {
  const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
  const answer = get({ port: rig.port, path: '/device', headers });
  const status = await new Promise((resolve) => answer.on('response', (response) => resolve(response.statusCode)));
  expect(status).toBe(400);
  await until(() => rig.hub.counts().refusedHandshakes === 1);
  expect(rig.hub.counts().unauthenticated).toBe(0);
});

test('no storm of messages on many sockets keeps a good board from its work', async () => {
  const message = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.constantFrom(36, 56, 65, 72, 200).map((length) => nodeCrypto.randomBytes(length)),
    fc.constant(packM1({ boardId: ID, epoch: 1, nonce: nodeCrypto.randomBytes(32) })),
    fc.string({ maxLength: 20 }),
  );
  rig.link();
  await until(isOnline);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(message, { maxLength: 4 }), { minLength: 1, maxLength: 4 }), async (sockets) => {
      for (const messages of sockets) {
        const ws = rig.socket();
        const { closed } = watch(ws);
        await opened(ws);
        for (const one of messages) ws.send(one, () => undefined);
        ws.close();
        await closed;
      }
      expect(rig.board.state).toBe('online');
    }),
    { numRuns: 60 },
  );
  await until(() => rig.hub.counts().unauthenticated === 0);
});
