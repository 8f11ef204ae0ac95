/** How a board finds its hub, proves itself, and comes back. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '#lib/node/crypto.ts';
import { deriveNextKey, parseM1 } from '#lib/protocol/handshake.ts';
import { boardInfoSchema } from '#lib/protocol/info.ts';
import { untilTestEnds } from './disposal.fixture.ts';
import { HubPeer } from './hub-peer.fixture.ts';
import { BOARD_ID, KEY, LinuxBoard, linkedBoard } from './linux-board.fixture.ts';

const RANDOM = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
const NEXT_KEY = deriveNextKey(nodeCrypto, KEY, RANDOM);
const keyOf = (epoch: number): Uint8Array => (epoch === 2 ? NEXT_KEY : KEY);

const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

describe('the WebSocket', () => {
  test('is asked for without Origin and Cookie, and frames are masked with zeros', async () => {
    const board = await untilTestEnds(LinuxBoard.provision());
    const received: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        received.push(data);
        if (received.length > 1) server.emit('frame');
        // The header arrives in pieces, as it may.
        else
          for (const part of ['HTTP/1.1 101 Switching Protocols\r\nUpgra', 'de: websocket\r\n\r', '\n'])
            socket.write(part);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await board.write('/cm/cfg.json', JSON.stringify({ hubs: [`ws://127.0.0.1:${port}/device`], wifi: null }));
    board.start();
    await once(server, 'frame', { signal: AbortSignal.timeout(15_000) });
    const [request, frame] = received;
    expect(request?.toString()).toMatch(/^GET \/device HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/);
    expect(request?.toString()).toMatch(/Sec-WebSocket-Key: [A-Za-z0-9+/]{22}==\r\n/);
    expect(request?.toString()).not.toMatch(/Origin|Cookie/i);
    expect(frame?.subarray(0, 6)).toEqual(Buffer.from([0x82, 0x80 | 56, 0, 0, 0, 0]));
    expect(parseM1(new Uint8Array(frame?.subarray(6) ?? []))?.boardId).toEqual(BOARD_ID);
    server.close();
  });

  test('ping is answered with its payload', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const pong = once(rig.peer.socket, 'pong');
    rig.peer.socket.ping('abc');
    expect(String((await pong)[0])).toBe('abc');
    expect((await rig.peer.ping()).op).toBe('pong');
  });

  test.each([
    ['a text frame', Buffer.from([0x81, 2, 65, 66])],
    ['a fragment', Buffer.from([0x02, 2, 65, 66])],
    ['a masked frame', Buffer.from([0x82, 0x82, 0, 0, 0, 0, 65, 66])],
    ['a frame that is too long', Buffer.from([0x82, 126, 0x10, 0])],
    ['a frame of 64-bit length', Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 0, 0, 1])],
  ])('%s ends the link, and the board comes back', async (_, bytes) => {
    const rig = await untilTestEnds(linkedBoard());
    (rig.peer.request.socket as NodeJS.WritableStream).write(bytes);
    await rig.peer.closed;
    expect((await (await rig.board.link()).ping()).op).toBe('pong');
  });
});

describe('a session', () => {
  test('begins with INFO', async () => {
    const board = await untilTestEnds(LinuxBoard.provision());
    board.start();
    const peer = await (await board.hub.connection()).authenticate(() => KEY);
    const { rid, info } = await peer.expect('info');
    expect(rid).toBe(0);
    expect(boardInfoSchema.parse(info)).toEqual(info);
    expect(info).toMatchObject({ plat: 'linux', boots: 1, job: [0, 'none', 0], rec: 512, slot: 'a' });
    expect(info.mem).toBeGreaterThan(10_000);
  });

  test('tells INFO again when it is welcomed again', async () => {
    const rig = await untilTestEnds(linkedBoard());
    rig.peer.welcome();
    expect((await rig.peer.expect('info')).info.boots).toBe(1);
  });

  test('never repeats a nonce, over links and restarts', async () => {
    const board = await untilTestEnds(LinuxBoard.provision());
    const nonces = new Set<string>();
    for (let start = 0; start < 2; start++) {
      board.start();
      for (let link = 0; link < 2; link++) {
        const peer = await board.hub.connection();
        const m1 = parseM1(await peer.messages.next('M1'));
        nonces.add(Buffer.from(m1?.nonce ?? []).toString('hex'));
        peer.socket.terminate();
      }
      board.kill();
      await board.exited();
    }
    expect(nonces.size).toBe(4);
  });

  test('ends at a record with a changed bit, and a new one begins', async () => {
    const rig = await untilTestEnds(linkedBoard());
    rig.peer.socket.send(flipped(rig.peer.seal({ op: 'ping', rid: 1 }), 20));
    await rig.peer.closed;
    expect((await (await rig.board.link()).ping()).op).toBe('pong');
  });

  test('ends at a record that is sent twice', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const record = rig.peer.seal({ op: 'ping', rid: 1 });
    rig.peer.socket.send(record);
    await rig.peer.expect('pong');
    rig.peer.socket.send(record);
    await rig.peer.closed;
  });

  test('is not begun with a hub that has another key, and the right one is tried again', async () => {
    const board = await untilTestEnds(LinuxBoard.provision());
    board.start();
    const impostor = await board.hub.connection();
    const verdict = impostor.authenticate(() => NEXT_KEY);
    verdict.catch(() => undefined);
    await impostor.closed;
    expect(impostor.messages.size).toBe(0);
    expect((await board.link()).epoch).toBe(1);
  });

  test('an unknown operation and a bad path are answered, and the link stays', async () => {
    const rig = await untilTestEnds(linkedBoard());
    rig.peer.send({ op: 'end', rid: 4, sha256: new Uint8Array(32), path: '/cm/key' });
    expect(await rig.peer.expect('error')).toMatchObject({ rid: 4, code: 'forbiddenPath' });
    rig.peer.send({ op: 'get', rid: 5, offset: 0, count: 5, path: '/nothing' });
    expect(await rig.peer.expect('error')).toMatchObject({ rid: 5, code: 'notFound' });
    expect((await rig.peer.ping()).op).toBe('pong');
  });
});

describe('the board comes back', () => {
  test('after the hub has closed', async () => {
    const rig = await untilTestEnds(linkedBoard());
    for (let i = 0; i < 3; i++) {
      rig.peer.socket.close();
      const peer = await rig.board.link();
      expect((await peer.ping()).op).toBe('pong');
      peer.socket.close();
    }
  }, 60_000);

  test('within the window of a BYE', async () => {
    const rig = await untilTestEnds(linkedBoard());
    rig.peer.send({ op: 'bye', rid: 0, windowS: 1 });
    await rig.peer.closed;
    expect((await (await rig.board.link()).ping()).op).toBe('pong');
  });

  test('to another hub when the first does not answer', async () => {
    const hub = await HubPeer.listen();
    const board = await untilTestEnds(LinuxBoard.provision({}, ['ws://127.0.0.1:1/device', hub.url]));
    board.start();
    const peer = await (await hub.connection()).authenticate(() => KEY);
    expect((await peer.expect('info')).info.boots).toBe(1);
    await hub.close();
  });

  test('with its next key at once after 4002, and only that one is left when it was welcomed', async () => {
    const rig = await untilTestEnds(linkedBoard());
    rig.peer.send({ op: 'key', rid: 3, epoch: 2, random: RANDOM });
    expect(await rig.peer.expect('ok')).toMatchObject({ rid: 3 });
    expect((await rig.board.read('/cm/key')).length).toBe(88);
    rig.peer.socket.close(4002);
    const peer = await rig.board.link(keyOf);
    expect(peer.epoch).toBe(2);
    await peer.ping();
    expect((await rig.board.read('/cm/key')).length).toBe(52);
  });

  test('with the old key when the hub does not know the next one', async () => {
    const rig = await untilTestEnds(linkedBoard());
    rig.peer.send({ op: 'key', rid: 3, epoch: 2, random: RANDOM });
    await rig.peer.expect('ok');
    rig.peer.socket.close(4002);
    const refused = await rig.board.hub.connection();
    expect(parseM1(await refused.messages.next('M1'))?.epoch).toBe(2);
    refused.socket.close(4000);
    const peer = await rig.board.link(keyOf);
    expect(peer.epoch).toBe(1);
    expect((await rig.board.read('/cm/key')).length).toBe(88);
  });
});
