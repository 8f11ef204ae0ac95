/** Clients of the raw relay. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type Link, ReplyCounter } from './round-trips.ts';

export function openRawLinks(port: number, count: number): Promise<Link[]> {
  return Promise.all(Array.from({ length: count }, (_, n) => openRawLink(`ws://127.0.0.1:${port}/client/${n}`)));
}

async function openRawLink(url: string): Promise<Link> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const replies = new ReplyCounter();
  socket.on('message', (data: Buffer) => replies.received(data.length));
  socket.on('close', () => replies.failed(new Error(`${url} was closed`)));
  await once(socket, 'open');
  return {
    roundTrip(text) {
      const replied = replies.wait(text.length);
      socket.send(Buffer.from(text));
      return replied;
    },
    close: () => socket.terminate(),
  };
}
