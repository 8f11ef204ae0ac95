/** The boards of the raw relay: each sends back what it gets. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { answer } from './processes.ts';

answer({
  async start({ port, count }: { port: number; count: number }): Promise<void> {
    const sockets = Array.from({ length: count }, (_, n) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/board/${n}`, { perMessageDeflate: false });
      socket.on('message', (data) => socket.send(data));
      return once(socket, 'open');
    });
    await Promise.all(sockets);
  },
});
