import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { WsOutbox } from './ws-outbox.ts';

let server: Server;
let client: WebSocket;
let ours: WebSocket;
let outbox: WsOutbox;
let writes: number;
let heard: (string | Uint8Array)[];

beforeEach(async () => {
  server = createServer();
  const upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const accepted = new Promise<{ ws: WebSocket; socket: Duplex }>((resolve) => {
    server.on('upgrade', (request, socket, head) =>
      upgrades.handleUpgrade(request, socket, head, (ws) => resolve({ ws, socket })),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  heard = [];
  client.on('message', (data: Buffer, isBinary) => heard.push(isBinary ? new Uint8Array(data) : String(data)));
  const { ws, socket } = await accepted;
  ours = ws;
  outbox = new WsOutbox(ws, socket);
  writes = 0;
  const write = socket.write.bind(socket) as (chunk: Uint8Array) => boolean;
  socket.write = (chunk: Uint8Array) => {
    writes += 1;
    return write(chunk);
  };
});

afterEach(() => {
  client.terminate();
  server.close();
});

/** `ws` is asked to close in its turn: all that was said before has arrived when it has. */
async function closed(): Promise<number> {
  const [code] = await once(client, 'close');
  return code;
}

it('writes what is said in one turn at once and in order', async () => {
  outbox.sendText('one');
  outbox.sendBinary(Uint8Array.of(2));
  outbox.sendText('drei ✓');
  expect(writes).toBe(0);
  expect(outbox.bufferedBytes).toBe(2 + 3 + (2 + 1) + (2 + 8));
  await new Promise(setImmediate);
  expect(writes).toBe(1);
  ours.close(1000);
  await closed();
  expect(heard).toEqual(['one', Uint8Array.of(2), 'drei ✓']);
});

it.each([0, 1, 125, 126, 127, 0xffff, 0x10000, 300_000])('frames %i bytes', async (size) => {
  outbox.sendBinary(new Uint8Array(size).fill(7));
  outbox.sendText('x'.repeat(size));
  outbox.flush();
  ours.close(1000);
  await closed();
  expect(heard).toEqual([new Uint8Array(size).fill(7), 'x'.repeat(size)]);
});

it('a message may be changed once it is sent', async () => {
  const message = Uint8Array.of(1);
  outbox.sendBinary(message);
  message[0] = 9;
  outbox.flush();
  ours.close(1000);
  await closed();
  expect(heard).toEqual([Uint8Array.of(1)]);
});

it('says nothing once the socket is closing', async () => {
  outbox.sendText('before');
  outbox.flush();
  outbox.sendText('too late');
  ours.close(4000);
  outbox.sendText('later still');
  expect(await closed()).toBe(4000);
  expect(heard).toEqual(['before']);
  expect(outbox.bufferedBytes).toBe(0);
});
