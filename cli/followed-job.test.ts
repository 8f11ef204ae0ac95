import { afterEach, expect, test, vi } from 'vitest';
import { ApiClient } from '#lib/api/client.ts';
import type { LiveServerMessage } from '#lib/api/events.ts';
import type { LiveStatus } from '#lib/api/live-client.ts';
import { boardIdSchema, type Job, jobIdSchema, type Run } from '#lib/api/schema.ts';
import { FollowedJob, type FollowOptions } from './followed-job.ts';
import type { HubConnection } from './hub-connection.ts';

const boardId = boardIdSchema.parse('0123456789abcdef0123456789abcdef');
const jobId = jobIdSchema.parse('job_0123456789abcdef');
const queued: Run = {
  boardId,
  boardName: 'a-1',
  state: 'queued',
  queuedAt: '2026-01-01T00:00:00.000Z',
  startedAt: null,
  endedAt: null,
  exit: null,
  traceback: null,
  reason: null,
  outputBytes: 0,
};
const me = { user: null, team: { id: 'team_0123456789abcdef', name: 't' }, role: 'owner' };

afterEach(() => {
  vi.useRealTimers();
});

/** A hub whose stored output and events are what the test says; it answers nothing while it is away. */
class FakeHub {
  run = queued;
  output = '';
  asked: number[] = [];
  isAway = false;
  #message: (message: LiveServerMessage) => void = () => undefined;
  #status: (status: LiveStatus) => void = () => undefined;
  #events = 0;

  readonly connection: HubConnection = {
    url: 'http://hub',
    client: new ApiClient({ baseUrl: 'http://hub', fetch: async (input) => this.#answer(new URL(String(input))) }),
    connectLive: ({ onMessage, onStatus }) => {
      this.#message = onMessage;
      this.#status = onStatus;
      queueMicrotask(() => onStatus('open'));
      const nothing = () => undefined;
      return { watch: nothing, unwatch: nothing, stdin: () => true, interrupt: () => true, close: nothing };
    },
  };

  status(status: LiveStatus): void {
    this.isAway = status !== 'open';
    this.#status(status);
  }

  tellOutput(from: number, text: string): void {
    this.#message({ type: 'run.output', id: this.#id(), data: { jobId, boardId, from, bytes: text.length, text } });
  }

  tellRun(change: Partial<Run>): void {
    this.run = { ...this.run, ...change };
    this.#message({ type: 'run.changed', id: this.#id(), data: { jobId, run: this.run } });
  }

  #id(): string {
    this.#events += 1;
    return `1-${this.#events}`;
  }

  #answer(url: URL): Response {
    if (this.isAway) throw new TypeError('fetch failed');
    if (url.pathname.endsWith('/me')) return Response.json(me);
    const from = url.searchParams.get('from');
    if (from !== null) {
      this.asked.push(Number(from));
      return Response.json({
        text: this.output.slice(Number(from)),
        next: this.output.length,
        cutBytes: 0,
        run: this.run,
      });
    }
    const job: Job = {
      id: jobId,
      kind: 'execute',
      code: '',
      createdAt: queued.queuedAt,
      createdBy: 'x',
      runs: [this.run],
      unknown: [],
    };
    return Response.json(job);
  }
}

async function follow(hub: FakeHub, options: Partial<FollowOptions> = {}) {
  const lost: string[] = [];
  const followed = await FollowedJob.create(
    hub.connection,
    { boards: 'a-1', code: '' },
    { onLinkLost: () => lost.push('lost'), ...options },
  );
  let text = '';
  const run = followed.stream(boardId, (piece) => {
    text += piece;
  });
  run.catch(() => undefined);
  // The first thing a stream does is to ask for what was written before.
  while (hub.asked.length === 0) await Promise.resolve();
  await new Promise((done) => setImmediate(done));
  return { run, lost, text: () => text };
}

const ended = (outputBytes: number) => ({ state: 'succeeded', exit: 0, outputBytes }) as const;

test('output of before the watch is fetched, and not printed twice when its event comes late', async () => {
  const hub = new FakeHub();
  hub.output = 'abc';
  const { run, text } = await follow(hub);
  hub.tellOutput(0, 'abc');
  hub.tellOutput(3, 'def');
  hub.tellRun(ended(6));
  expect((await run).state).toBe('succeeded');
  expect(text()).toBe('abcdef');
  expect(hub.asked).toEqual([0]);
});

test('an event that was missed is fetched from where the text ends', async () => {
  const hub = new FakeHub();
  const { run, text } = await follow(hub);
  hub.tellOutput(0, 'ab');
  hub.output = 'abcdef';
  hub.tellOutput(4, 'ef');
  hub.tellRun(ended(6));
  await run;
  expect(text()).toBe('abcdef');
  expect(hub.asked).toEqual([0, 2]);
});

test('an end without the events of its output still gives all of it', async () => {
  const hub = new FakeHub();
  const { run, text } = await follow(hub);
  hub.output = 'hello';
  hub.tellRun(ended(5));
  await run;
  expect(text()).toBe('hello');
});

test('more events than are kept are fetched in one piece', async () => {
  const hub = new FakeHub();
  const { run, text } = await follow(hub);
  for (let at = 0; at < 1000; at += 1) {
    hub.output += 'x';
    hub.tellOutput(at, 'x');
  }
  hub.tellRun(ended(1000));
  await run;
  expect(text()).toBe('x'.repeat(1000));
  expect(hub.asked.length).toBeLessThan(4);
});

test('after a broken link it goes on where it was', async () => {
  const hub = new FakeHub();
  const { run, lost, text } = await follow(hub);
  hub.tellOutput(0, 'ab');
  hub.status('lost');
  hub.output = 'abcd';
  hub.run = { ...hub.run, ...ended(4) };
  hub.status('open');
  await run;
  expect({ lost, text: text() }).toEqual({ lost: ['lost'], text: 'abcd' });
});

test('a call that fails while the socket is open is made again, and the hub is not given up', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const hub = new FakeHub();
  const { run, lost, text } = await follow(hub);
  hub.output = 'abcd';
  hub.isAway = true;
  hub.tellOutput(2, 'cd');
  await vi.advanceTimersByTimeAsync(100);
  expect(lost).toEqual(['lost']);
  hub.isAway = false;
  await vi.advanceTimersByTimeAsync(1_000);
  await vi.advanceTimersByTimeAsync(120_000);
  hub.tellRun(ended(4));
  expect((await run).state).toBe('succeeded');
  expect(text()).toBe('abcd');
});

test('a hub that stays away is given up with a sentence', async () => {
  const hub = new FakeHub();
  const { run } = await follow(hub, { giveUpAfterMs: 20 });
  hub.status('lost');
  await expect(run).rejects.toMatchObject({
    code: 'hub_unreachable',
    message: expect.stringContaining('away for 0.02 s'),
  });
});

test('a live socket that never opens is given up, and no job is made', async () => {
  const hub = new FakeHub();
  const connection: HubConnection = {
    ...hub.connection,
    connectLive: (options) => hub.connection.connectLive({ ...options, onStatus: () => undefined }),
  };
  const creating = FollowedJob.create(
    connection,
    { boards: 'a-1', code: '' },
    { connectWithinMs: 20, onLinkLost: () => undefined },
  );
  await expect(creating).rejects.toMatchObject({ code: 'hub_unreachable' });
  expect(hub.asked).toEqual([]);
});
