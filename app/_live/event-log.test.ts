import { expect, it } from 'vitest';
import { EventLog } from './event-log.ts';

it('answers what came since a mark', () => {
  const log = new EventLog<string>();
  log.note(['before']);
  const mark = log.mark();
  log.note(['after', 'later']);
  expect(log.since(mark)).toEqual(['after', 'later']);
});

it('keeps marks right when old events are dropped', () => {
  const log = new EventLog<number>();
  log.note(Array.from({ length: 1_500 }, (_, index) => index));
  const mark = log.mark();
  log.note(Array.from({ length: 1_500 }, (_, index) => 1_500 + index));
  expect(log.since(mark)).toHaveLength(1_500);
  expect(log.since(mark)[0]).toBe(1_500);
});
