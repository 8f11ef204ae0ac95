import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LiveServerMessage } from '#lib/api/events.ts';
import { boardIdSchema, jobIdSchema, teamIdSchema } from '#lib/api/schema.ts';
import { AppError } from '#lib/errors.ts';
import { createBus, type EventBus } from '#server/bus/bus.ts';
import type { Principal } from '#server/teams/teams.ts';
import { CAUGHT_UP_AT_BYTES, createSubscriber, SLOW_AT_BYTES, type Subscriber } from './subscriber.ts';

const team = teamIdSchema.parse('team_0000000000000001');
const boardId = boardIdSchema.parse('0'.repeat(32));
const jobId = jobIdSchema.parse(`job_${'0'.repeat(16)}`);
const principal: Principal = {
  teamId: team as Principal['teamId'],
  teamName: 'Lab',
  role: 'operator',
  user: null,
  sessionHash: null,
};

let bus: EventBus;
let sent: LiveServerMessage[];
let socket: { bufferedAmount: number; send: (text: string) => void; terminate: () => void; ended: boolean };
let typed: string[];
let mayRun: boolean;
let subscriber: Subscriber;

beforeEach(() => {
  vi.useFakeTimers();
  bus = createBus('e', 5);
  sent = [];
  typed = [];
  mayRun = true;
  socket = {
    bufferedAmount: 0,
    ended: false,
    send: (text) => void sent.push(JSON.parse(text)),
    terminate: () => {
      socket.ended = true;
    },
  };
  const jobs = {
    stdin: async (...given: unknown[]) => void typed.push(given.slice(1).join(' ')),
    interrupt: async () => void typed.push('^C'),
  };
  const demand = () => {
    if (!mayRun) throw new AppError('forbidden');
  };
  subscriber = createSubscriber({ socket, principal, bus, jobs, demand });
});
afterEach(() => {
  subscriber.end();
  vi.useRealTimers();
});

const say = (message: unknown) => subscriber.receive(typeof message === 'string' ? message : JSON.stringify(message));
const output = (text: string) => bus.publish(team, 'run.output', { jobId, boardId, from: 0, bytes: text.length, text });
const types = () => sent.map((message) => message.type);

it('hears nothing before it subscribes, and everything after', async () => {
  bus.publish(team, 'board.removed', { boardId });
  await say({ type: 'subscribe' });
  bus.publish(team, 'board.removed', { boardId });
  expect(sent).toEqual([
    { type: 'ready', id: 'e-1' },
    { type: 'board.removed', id: 'e-2', data: { boardId } },
  ]);
});

it('gets what it missed, or is told to fetch again', async () => {
  for (let number = 0; number < 4; number += 1) bus.publish(team, 'board.removed', { boardId });
  await say({ type: 'subscribe', after: 'e-2' });
  expect(sent.map((message) => 'id' in message && message.id)).toEqual(['e-3', 'e-4', 'e-4']);
  sent.length = 0;
  await say({ type: 'subscribe', after: 'other-2' });
  expect(types()).toEqual(['resync', 'ready']);
  bus.publish(team, 'board.removed', { boardId });
  expect(types()).toEqual(['resync', 'ready', 'board.removed']);
});

it('hears output of the jobs that it watches', async () => {
  await say({ type: 'subscribe' });
  output('a');
  await say({ type: 'watch', jobId });
  output('b');
  await say({ type: 'unwatch', jobId });
  output('c');
  expect(sent.flatMap((message) => (message.type === 'run.output' ? [message.data.text] : []))).toEqual(['b']);
});

it('that reads too slowly misses events instead of filling the memory, and is told when it has caught up', async () => {
  await say({ type: 'subscribe' });
  socket.bufferedAmount = SLOW_AT_BYTES + 1;
  for (let number = 0; number < 3; number += 1) bus.publish(team, 'board.removed', { boardId });
  vi.advanceTimersByTime(1_000);
  expect(types()).toEqual(['ready']);
  socket.bufferedAmount = CAUGHT_UP_AT_BYTES;
  vi.advanceTimersByTime(200);
  bus.publish(team, 'board.removed', { boardId });
  expect(sent.slice(1)).toEqual([
    { type: 'resync', id: 'e-3' },
    { type: 'board.removed', id: 'e-4', data: { boardId } },
  ]);
});

it('that never reads is cut off', async () => {
  await say({ type: 'subscribe' });
  socket.bufferedAmount = SLOW_AT_BYTES + 1;
  bus.publish(team, 'board.removed', { boardId });
  vi.advanceTimersByTime(31_000);
  expect(socket.ended).toBe(true);
});

it('types into programs with the right to run them, not without', async () => {
  await say({ type: 'stdin', jobId, boardId, data: 'x' });
  await say({ type: 'interrupt', jobId, boardId });
  mayRun = false;
  await say({ type: 'stdin', jobId, boardId, data: 'y' });
  expect(typed).toEqual([`${jobId} ${boardId} x`, '^C']);
  expect(sent).toMatchObject([{ type: 'error', code: 'forbidden' }]);
});

it.each(['', '{', '[]', '{"type":"nothing"}', '{"type":"subscribe","more":1}', '{"type":"watch","jobId":"x"}'])(
  '%j is refused and changes nothing',
  async (text) => {
    await say(text);
    expect(sent).toMatchObject([{ type: 'error', code: 'invalid_input' }]);
  },
);

it('refuses binary messages', async () => {
  await subscriber.receive(undefined);
  expect(types()).toEqual(['error']);
});
