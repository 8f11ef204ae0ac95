/** Clients of the hub: each types into an echo program that runs on a board of its own, over the live socket of a browser. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { ApiClient } from '#lib/api/client.ts';
import { LIVE_PATH, type LiveClientMessage, type LiveServerMessage } from '#lib/api/events.ts';
import type { Board, Job } from '#lib/api/schema.ts';
import type { HubAddress } from './hub-process.ts';
import { type Link, ReplyCounter } from './round-trips.ts';

export async function openHubLinks(hub: HubAddress, boards: readonly Board[], program: string): Promise<Link[]> {
  const api = new ApiClient({ baseUrl: hub.url, token: hub.token });
  return Promise.all(
    boards.map(async (board) => openHubLink(hub, board, await api.createJob({ boards: board.name, code: program }))),
  );
}

async function openHubLink(hub: HubAddress, board: Board, job: Job): Promise<Link> {
  const socket = await openLiveSocket(hub);
  const replies = new ReplyCounter();
  const say = (message: LiveClientMessage) => socket.send(JSON.stringify(message));
  const started = Promise.withResolvers<void>();
  socket.on('message', (data) => {
    // The hub is ours and of this version.
    const message = JSON.parse(String(data)) as LiveServerMessage;
    if (message.type === 'run.output' && message.data.jobId === job.id) replies.received(message.data.bytes);
    if (message.type === 'run.changed' && message.data.jobId === job.id && message.data.run.state === 'running')
      started.resolve();
    if (message.type === 'error') replies.failed(new Error(`${board.name}: ${message.message}`));
  });
  say({ type: 'subscribe' });
  say({ type: 'watch', jobId: job.id });
  const now = await new ApiClient({ baseUrl: hub.url, token: hub.token }).job(job.id);
  if (now.runs[0]?.state !== 'running') await started.promise;
  return {
    roundTrip(text) {
      const replied = replies.wait(text.length);
      say({ type: 'stdin', jobId: job.id, boardId: board.id, data: text });
      return replied;
    },
    close() {
      say({ type: 'interrupt', jobId: job.id, boardId: board.id });
      socket.close();
    },
  };
}

export async function openLiveSocket(hub: HubAddress): Promise<WebSocket> {
  const url = hub.url.replace(/^http/, 'ws') + LIVE_PATH;
  const socket = new WebSocket(url, { perMessageDeflate: false, headers: { authorization: `Bearer ${hub.token}` } });
  await once(socket, 'open');
  return socket;
}
