import { describe, expect, it } from 'vitest';
import { boardIdSchema, type JobId, jobIdSchema, teamIdSchema } from '#lib/api/schema.ts';
import { type BusEvent, createBus } from './bus.ts';

const team = teamIdSchema.parse('team_0000000000000001');
const otherTeam = teamIdSchema.parse('team_0000000000000002');
const boardId = boardIdSchema.parse('0'.repeat(32));
const jobId = (number: number): JobId => jobIdSchema.parse(`job_${String(number).padStart(16, '0')}`);

describe('bus', () => {
  it('tells a team its own events, in order, until it no longer listens', () => {
    const bus = createBus('e1');
    const heard: BusEvent[] = [];
    const stop = bus.subscribe(team, (event) => heard.push(event));
    bus.publish(team, 'job.created', { jobId: jobId(1), boardIds: [] });
    bus.publish(otherTeam, 'job.created', { jobId: jobId(2), boardIds: [] });
    bus.publish(team, 'board.removed', { boardId });
    stop();
    bus.publish(team, 'board.removed', { boardId });
    expect(heard.map((event) => [event.id, event.type])).toEqual([
      ['e1-1', 'job.created'],
      ['e1-3', 'board.removed'],
    ]);
  });

  it('replays what was missed, and only that of the team', () => {
    const bus = createBus('e1');
    bus.publish(team, 'job.created', { jobId: jobId(1), boardIds: [] });
    const id = bus.lastId();
    bus.publish(otherTeam, 'job.created', { jobId: jobId(2), boardIds: [] });
    bus.publish(team, 'job.created', { jobId: jobId(3), boardIds: [] });
    expect(bus.since(team, id)?.map((event) => event.id)).toEqual(['e1-3']);
    expect(bus.since(team, bus.lastId())).toEqual([]);
  });

  it('keeps `size` events and says when some are gone', () => {
    const bus = createBus('e1', 3);
    for (let number = 1; number <= 5; number += 1)
      bus.publish(team, 'job.created', { jobId: jobId(number), boardIds: [] });
    expect(bus.since(team, 'e1-2')?.map((event) => event.id)).toEqual(['e1-3', 'e1-4', 'e1-5']);
    expect(bus.since(team, 'e1-1')).toBeUndefined();
  });

  it.each(['e0-1', 'e1-', 'e1-x', 'e1-99', '', 'e1--1', 'e1-1e0'])('knows no place %j', (id) => {
    const bus = createBus('e1');
    bus.publish(team, 'board.removed', { boardId });
    expect(bus.since(team, id)).toBeUndefined();
  });

  it('output of programs takes no place in the ring', () => {
    const bus = createBus('e1', 2);
    const heard: string[] = [];
    bus.watch(team, jobId(1), (event) => heard.push(`${event.type} ${event.id}`));
    bus.publish(team, 'board.removed', { boardId });
    for (let at = 0; at < 5; at += 1)
      bus.publish(team, 'run.output', { jobId: jobId(1), boardId, from: at, bytes: 1, text: 'x' });
    expect(heard.at(-1)).toBe('run.output e1-1');
    expect(bus.since(team, 'e1-0')?.length).toBe(1);
  });

  it('tells output to those of the team who watch its job, and to nobody else', () => {
    const bus = createBus('e1');
    const heard: string[] = [];
    const print = (text: string) =>
      bus.publish(team, 'run.output', { jobId: jobId(1), boardId, from: 0, bytes: text.length, text });
    bus.subscribe(team, (event) => heard.push(`subscriber: ${event.type}`));
    bus.watch(otherTeam, jobId(1), (event) => heard.push(`other team: ${event.data.text}`));
    bus.watch(team, jobId(2), (event) => heard.push(`other job: ${event.data.text}`));
    const stop = bus.watch(team, jobId(1), (event) => heard.push(event.data.text));
    print('a');
    stop();
    print('b');
    expect(heard).toEqual(['a']);
  });
});
