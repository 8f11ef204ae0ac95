import { afterEach, expect, test, vi } from 'vitest';
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import type { LiveServerMessage } from './events.ts';
import { connectLive, type LiveConnection, type LiveOptions, type LiveStatus, type LiveTimers } from './live-client.ts';
import { boardIdSchema, jobIdSchema } from './schema.ts';

/** vi.waitFor with a deadline that a busy machine meets too. */
const soon = <T>(assertion: () => T): Promise<T> => vi.waitFor(assertion, { timeout: 10_000 });

const boardId = boardIdSchema.parse('0123456789abcdef0123456789abcdef');
const jobId = jobIdSchema.parse('job_0123456789abcdef');
const otherJobId = jobIdSchema.parse('job_fedcba9876543210');

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

interface Hub {
  readonly url: string;
  readonly sockets: ServerSocket[];
  /** What the clients sent, in order, with the number of the connection. */
  readonly heard: string[];
}

async function startHub(): Promise<Hub> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((done) => server.once('listening', done));
  const sockets: ServerSocket[] = [];
  const heard: string[] = [];
  server.on('connection', (socket) => {
    const number = sockets.push(socket);
    socket.on('message', (data) => heard.push(`${number} ${data}`));
  });
  cleanups.push(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, sockets, heard };
}

/** Retries at once, and keeps the delays that were asked for. */
function instantTimers(delays: number[]): LiveTimers {
  return {
    after(delayMs, task) {
      delays.push(delayMs);
      const timer = setTimeout(task, 0);
      return () => clearTimeout(timer);
    },
    random: () => 0.5,
  };
}

interface Client {
  readonly live: LiveConnection;
  readonly messages: LiveServerMessage[];
  readonly statuses: LiveStatus[];
  readonly delays: number[];
}

function connect(url: string, options: Partial<LiveOptions> = {}): Client {
  const messages: LiveServerMessage[] = [];
  const statuses: LiveStatus[] = [];
  const delays: number[] = [];
  const live = connectLive({
    url,
    onMessage: (message) => messages.push(message),
    onStatus: (status) => statuses.push(status),
    timers: instantTimers(delays),
    ...options,
  });
  cleanups.push(() => live.close());
  return { live, messages, statuses, delays };
}

const sent = (number: number, message: object): string => `${number} ${JSON.stringify(message)}`;
const removed = (id: string): string => JSON.stringify({ type: 'board.removed', id, data: { boardId } });

test('it subscribes after the given event and is open when the hub says ready', async () => {
  const hub = await startHub();
  const { statuses } = connect(hub.url, { after: '7-3' });
  await soon(() => expect(hub.heard).toEqual([sent(1, { type: 'subscribe', after: '7-3' })]));
  expect(statuses).toEqual(['connecting']);
  hub.sockets[0]!.send(JSON.stringify({ type: 'ready', id: '7-9' }));
  await soon(() => expect(statuses).toEqual(['connecting', 'open']));
});

test('after a broken link it asks for what it missed and watches the same jobs', async () => {
  const hub = await startHub();
  const { live, messages, statuses } = connect(hub.url);
  await soon(() => expect(hub.heard).toEqual([sent(1, { type: 'subscribe' })]));
  live.watch(jobId);
  live.watch(otherJobId);
  live.unwatch(otherJobId);
  hub.sockets[0]!.send(JSON.stringify({ type: 'ready', id: '7-3' }));
  hub.sockets[0]!.send(removed('7-4'));
  await soon(() => expect(messages).toHaveLength(2));
  hub.sockets[0]!.terminate();
  await soon(() => expect(hub.sockets).toHaveLength(2));
  await soon(() => {
    expect(hub.heard.slice(-2)).toEqual([
      sent(2, { type: 'subscribe', after: '7-4' }),
      sent(2, { type: 'watch', jobId }),
    ]);
  });
  hub.sockets[1]!.send(JSON.stringify({ type: 'ready', id: '7-8' }));
  await soon(() => expect(statuses).toEqual(['connecting', 'open', 'lost', 'open']));
});

test('events that follow ready are not skipped when the link breaks between them', async () => {
  const hub = await startHub();
  const { messages } = connect(hub.url, { after: '7-1' });
  await soon(() => expect(hub.sockets).toHaveLength(1));
  hub.sockets[0]!.send(JSON.stringify({ type: 'ready', id: '7-9' }));
  hub.sockets[0]!.send(removed('7-2'));
  await soon(() => expect(messages).toHaveLength(2));
  hub.sockets[0]!.terminate();
  await soon(() => expect(hub.heard).toContain(sent(2, { type: 'subscribe', after: '7-2' })));
});

test('resync counts as connected and becomes the place to go on from', async () => {
  const hub = await startHub();
  const { statuses, messages } = connect(hub.url, { after: '1-1' });
  await soon(() => expect(hub.sockets).toHaveLength(1));
  hub.sockets[0]!.send(JSON.stringify({ type: 'resync', id: '8-0' }));
  await soon(() => expect(statuses).toEqual(['connecting', 'open']));
  expect(messages).toEqual([{ type: 'resync', id: '8-0' }]);
  hub.sockets[0]!.terminate();
  await soon(() => expect(hub.heard).toContain(sent(2, { type: 'subscribe', after: '8-0' })));
});

test('retries back off with jitter up to five seconds', async () => {
  const hub = await startHub();
  const { delays, statuses } = connect('http://127.0.0.1:9', {});
  await soon(() => expect(delays.length).toBeGreaterThan(7));
  expect(delays.slice(0, 7)).toEqual([250, 500, 1000, 2000, 2500, 2500, 2500]);
  expect(statuses).toEqual(['connecting']);
  expect(hub.sockets).toHaveLength(0);
});

test('standard input goes in pieces the hub accepts, without cutting a character', async () => {
  const hub = await startHub();
  const { live, statuses } = connect(hub.url);
  expect(live.stdin(jobId, boardId, 'too early')).toBe(false);
  await soon(() => expect(hub.sockets).toHaveLength(1));
  hub.sockets[0]!.send(JSON.stringify({ type: 'ready', id: '1-1' }));
  await soon(() => expect(statuses).toContain('open'));
  expect(live.stdin(jobId, boardId, `${'a'.repeat(4095)}😀b`)).toBe(true);
  expect(live.interrupt(jobId, boardId)).toBe(true);
  await soon(() => {
    expect(hub.heard.slice(1)).toEqual([
      sent(1, { type: 'stdin', jobId, boardId, data: 'a'.repeat(4095) }),
      sent(1, { type: 'stdin', jobId, boardId, data: '😀b' }),
      sent(1, { type: 'interrupt', jobId, boardId }),
    ]);
  });
});

test('what is no message of this version is left out', async () => {
  const hub = await startHub();
  const { messages } = connect(hub.url);
  await soon(() => expect(hub.sockets).toHaveLength(1));
  const socket = hub.sockets[0]!;
  socket.send('no json');
  socket.send(Buffer.from('{}'), { binary: true });
  socket.send(JSON.stringify({ type: 'board.painted', id: '1-1', data: {} }));
  socket.send(JSON.stringify({ type: 'error', code: 'forbidden', message: 'No.' }));
  await soon(() => expect(messages).toEqual([{ type: 'error', code: 'forbidden', message: 'No.' }]));
});

test('close ends it for good', async () => {
  const hub = await startHub();
  const { live, delays } = connect(hub.url);
  await soon(() => expect(hub.sockets).toHaveLength(1));
  const gone = new Promise((done) => hub.sockets[0]!.once('close', done));
  live.close();
  await gone;
  expect(delays).toEqual([]);
});

test('after signing out it does not try again, and says why', async () => {
  const hub = await startHub();
  const { messages, statuses, delays } = connect(hub.url);
  await soon(() => expect(hub.sockets).toHaveLength(1));
  hub.sockets[0]!.send(JSON.stringify({ type: 'ready', id: '1-1' }));
  await soon(() => expect(statuses).toContain('open'));
  hub.sockets[0]!.close(4401, 'signed out');
  await soon(() => expect(messages.at(-1)).toMatchObject({ type: 'error', code: 'not_signed_in' }));
  expect(statuses.at(-1)).toBe('lost');
  expect(delays).toEqual([]);
});
