import { describe, expect, it } from 'vitest';
import { runStates } from '#lib/api/schema.ts';
import { type JournalSays, nextRun, type RunInput, type RunStatus } from './machine.ts';

const context = { now: 1_000, timeoutMs: 5_000 };
const fresh: RunStatus = {
  state: 'queued',
  stopping: null,
  startedAt: null,
  endedAt: null,
  exit: null,
  traceback: null,
  reason: null,
};

const statuses: Record<string, RunStatus> = {
  queued: fresh,
  sent: { ...fresh, state: 'sent' },
  'sent, stopping': { ...fresh, state: 'sent', stopping: 'cancel' },
  running: { ...fresh, state: 'running', startedAt: 500 },
  'running, stopping': { ...fresh, state: 'running', startedAt: 500, stopping: 'timeout' },
  succeeded: { ...fresh, state: 'succeeded', startedAt: 500, endedAt: 900, exit: 0 },
};

const done = (state: 'succeeded' | 'failed' | 'cancelled' | 'interrupted', status = 1, traceback = ''): RunInput => ({
  type: 'done',
  state,
  status,
  traceback,
});
const journal = (says: JournalSays): RunInput => ({ type: 'journal', says, status: 3 });

const inputs: Record<string, RunInput> = {
  send: { type: 'send' },
  started: { type: 'started' },
  'done succeeded': done('succeeded', 0),
  'done failed': done('failed', 1, 'Traceback'),
  'done cancelled': done('cancelled'),
  'done interrupted': done('interrupted'),
  busy: { type: 'busy' },
  refused: { type: 'refused', reason: 'No memory.' },
  'cancel, reachable': { type: 'cancel', reachable: true },
  'cancel, away': { type: 'cancel', reachable: false },
  'timeout, reachable': { type: 'timeout', reachable: true },
  'timeout, away': { type: 'timeout', reachable: false },
  'stop-overdue': { type: 'stop-overdue' },
  expire: { type: 'expire' },
  'board-removed': { type: 'board-removed' },
  'journal not-started': journal('not-started'),
  'journal running': journal('running'),
  'journal lost': journal('lost'),
  'journal succeeded': journal('succeeded'),
  'journal failed': journal('failed'),
  'journal cancelled': journal('cancelled'),
  'journal interrupted': journal('interrupted'),
};

/** Rows: inputs. Columns: queued, sent, sent+stopping, running, running+stopping. `.` changes nothing; effects follow the state. */
const table: Record<string, readonly string[]> = {
  send: ['sent save execute', '.', '.', '.', '.'],
  started: ['.', 'running save', 'running save interrupt', '.', 'running interrupt'],
  'done succeeded': [
    '.',
    'succeeded save ended',
    'succeeded save ended',
    'succeeded save ended',
    'succeeded save ended',
  ],
  'done failed': ['.', 'failed save ended', 'failed save ended', 'failed save ended', 'failed save ended'],
  'done cancelled': [
    '.',
    'cancelled save ended',
    'cancelled save ended',
    'cancelled save ended',
    'cancelled save ended',
  ],
  'done interrupted': [
    '.',
    'interrupted save ended',
    'interrupted save ended',
    'interrupted save ended',
    'interrupted save ended',
  ],
  busy: ['.', 'queued save', 'queued save', '.', '.'],
  refused: ['.', 'failed save ended', 'failed save ended', 'failed save ended', 'failed save ended'],
  'cancel, reachable': [
    'cancelled save ended',
    'sent save interrupt',
    'sent interrupt',
    'running save interrupt',
    'running interrupt',
  ],
  'cancel, away': [
    'cancelled save ended',
    'cancelled save ended',
    'cancelled save ended',
    'cancelled save ended',
    'cancelled save ended',
  ],
  'timeout, reachable': ['.', 'sent save interrupt', 'sent interrupt', 'running save interrupt', 'running interrupt'],
  'timeout, away': [
    '.',
    'cancelled save ended',
    'cancelled save ended',
    'cancelled save ended',
    'cancelled save ended',
  ],
  'stop-overdue': ['.', '.', 'cancelled save ended', '.', 'cancelled save ended'],
  expire: ['expired save ended', '.', '.', '.', '.'],
  'board-removed': [
    'cancelled save ended',
    'cancelled save ended',
    'cancelled save ended',
    'cancelled save ended',
    'cancelled save ended',
  ],
  'journal not-started': [
    '.',
    'sent execute',
    'cancelled save ended',
    'interrupted save ended',
    'cancelled save ended',
  ],
  'journal running': ['sent save execute', 'sent execute', 'sent execute', 'running execute', 'running execute'],
  'journal lost': [
    '.',
    'interrupted save ended',
    'interrupted save ended',
    'interrupted save ended',
    'interrupted save ended',
  ],
  'journal succeeded': [
    '.',
    'succeeded save ended',
    'succeeded save ended',
    'succeeded save ended',
    'succeeded save ended',
  ],
  'journal failed': ['.', 'failed save ended', 'failed save ended', 'failed save ended', 'failed save ended'],
  'journal cancelled': [
    '.',
    'cancelled save ended',
    'cancelled save ended',
    'cancelled save ended',
    'cancelled save ended',
  ],
  'journal interrupted': [
    '.',
    'interrupted save ended',
    'interrupted save ended',
    'interrupted save ended',
    'interrupted save ended',
  ],
};
const columns = ['queued', 'sent', 'sent, stopping', 'running', 'running, stopping'];

describe('run', () => {
  it('the table names every input', () => expect(Object.keys(table)).toEqual(Object.keys(inputs)));

  for (const [name, row] of Object.entries(table)) {
    it.each(columns.map((column, at) => [column, row[at]!] as const))(`${name}, while %s: %s`, (column, expected) => {
      const { state, effects } = nextRun(statuses[column]!, inputs[name]!, context);
      if (expected === '.') expect({ state, effects }).toEqual({ state: statuses[column], effects: [] });
      else expect([state.state, ...effects].join(' ')).toBe(expected);
    });
  }

  it.each(Object.keys(inputs))('%s after the end changes nothing', (name) => {
    for (const state of runStates.filter((each) => !['queued', 'sent', 'running'].includes(each))) {
      const ended = { ...statuses.succeeded!, state };
      expect(nextRun(ended, inputs[name]!, context)).toEqual({ state: ended, effects: [] });
    }
  });

  it('every end has a time, and one that is not the program’s own says why', () => {
    for (const status of Object.values(statuses)) {
      for (const input of Object.values(inputs)) {
        const { state, effects } = nextRun(status, input, context);
        if (!effects.includes('ended')) continue;
        expect(state.endedAt).toBe(1_000);
        if (!['succeeded', 'failed'].includes(state.state)) expect(state.reason).toMatch(/^[A-Z].*\.$/);
      }
    }
  });

  it('a time limit is told in seconds', () => {
    const stopping = nextRun(statuses.running!, inputs['timeout, reachable']!, context).state;
    expect(nextRun(stopping, done('cancelled'), context).state.reason).toBe('It ran longer than the 5 s you gave it.');
    expect(nextRun(stopping, { type: 'stop-overdue' }, context).state.reason).toMatch(
      /did not answer.*may still be running; reset the board/,
    );
  });

  it('keeps the traceback and the exit of a program that failed', () => {
    expect(nextRun(statuses.running!, inputs['done failed']!, context).state).toMatchObject({
      exit: 1,
      traceback: 'Traceback',
      startedAt: 500,
    });
    expect(nextRun(statuses.running!, done('failed', 3), context).state).toMatchObject({ exit: 3, traceback: null });
  });
});
