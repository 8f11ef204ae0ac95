/** The least that a relay between clients and boards can be: `ws` on both sides, bytes passed on as they are. The measure for the hub. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { answer } from './processes.ts';

const ends = new Map<string, WebSocket>();
const other = { board: 'client', client: 'board' } as const;

answer({
  async start(): Promise<number> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
    server.on('connection', (socket, request) => {
      const [, side, number] = (request.url ?? '').split('/');
      if (side !== 'board' && side !== 'client') return socket.close();
      ends.set(`${side}/${number}`, socket);
      const peer = `${other[side]}/${number}`;
      socket.on('message', (data, isBinary) => ends.get(peer)?.send(data, { binary: isBinary }));
    });
    await once(server, 'listening');
    // A server that listens on TCP has an address of this kind.
    return (server.address() as AddressInfo).port;
  },
  weigh(): { readonly cpuMs: number } {
    const { user, system } = process.cpuUsage();
    return { cpuMs: (user + system) / 1000 };
  },
});
