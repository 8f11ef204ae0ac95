import { expect, test } from 'vitest';
import {
  CLOSE_PROTOCOL as REFUSED,
  CLOSE_REPLACED as REPLACED,
  CLOSE_SILENT as SILENT,
  CLOSE_RECONNECT as TURNED,
} from '#lib/protocol/frames.ts';
import {
  type SessionEffect,
  type SessionInput,
  type SessionState,
  sessionInputs,
  sessionMachine,
  sessionStates,
} from './machine.ts';

const STOPPED = 1001;
const FAILED = 1011;
type Cell = number | 'gone' | `${SessionState}` | `${SessionState} ${SessionEffect['do']}`;

/** Whatever the session is doing. */
const EVERYWHERE: Partial<Record<SessionInput, Cell>> = {
  violation: REFUSED,
  removed: REFUSED,
  replaced: REPLACED,
  silence: SILENT,
  stop: STOPPED,
  failure: FAILED,
  'socket-closed': 'gone',
};

/** Where something else happens than being refused. */
const TABLE: Record<Exclude<SessionState, 'closed'>, Partial<Record<SessionInput, Cell>>> = {
  'awaiting-hello': { hello: 'finding-key answer-hello' },
  'finding-key': { answered: 'awaiting-proof' },
  'awaiting-proof': { proof: 'awaiting-info welcome' },
  'awaiting-info': { info: 'open open', 'info-rotate': 'rotating rotate' },
  rotating: { operation: 'rotating dispatch', rotated: TURNED, 'rotation-refused': 'open open' },
  open: { operation: 'open dispatch', info: 'open dispatch', 'info-rotate': 'open dispatch' },
};

function cellOf(state: SessionState, input: SessionInput): Cell {
  const next = sessionMachine(state, input);
  const [first, second] = next.effects;
  if (first?.do === 'close') {
    expect([next.state, second?.do, next.effects.length]).toEqual(['closed', 'end', 2]);
    return first.code;
  }
  if (first?.do === 'end') {
    expect([next.state, next.effects.length]).toEqual(['closed', 1]);
    return 'gone';
  }
  return first ? `${next.state} ${first.do}` : next.state;
}

test('the full table: every state with every input', () => {
  for (const state of sessionStates) {
    for (const input of sessionInputs) {
      const expected = state === 'closed' ? 'closed' : (EVERYWHERE[input] ?? TABLE[state][input] ?? REFUSED);
      expect(cellOf(state, input), `${state} + ${input}`).toBe(expected);
    }
  }
});

test('a closed session says and does nothing any more', () => {
  for (const input of sessionInputs) expect(sessionMachine('closed', input)).toEqual({ state: 'closed', effects: [] });
});
