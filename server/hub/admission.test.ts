import { expect, test } from 'vitest';
import { HANDSHAKES_PER_SECOND, MAX_UNAUTHENTICATED_SOCKETS } from '#lib/protocol/frames.ts';
import { FakeClock } from '#server/session/fake-clock.fixture.ts';
import { Admission } from './admission.ts';

const enterMany = (admission: Admission, times: number) =>
  Array.from({ length: times }, () => admission.enter()).filter(Boolean).length;

test('500 handshakes a second, with one second’s worth at once', async () => {
  const clock = new FakeClock();
  const admission = new Admission(clock);
  expect(enterMany(admission, 600)).toBe(HANDSHAKES_PER_SECOND);
  expect(admission.refused).toBe(100);
  await clock.advance(100);
  expect(enterMany(admission, 100)).toBe(50);
  await clock.advance(60_000);
  expect(enterMany(admission, 600)).toBe(HANDSHAKES_PER_SECOND);
});

test('2,000 sockets may stand in the door', async () => {
  const clock = new FakeClock();
  const admission = new Admission(clock);
  let entered = 0;
  for (let second = 0; second < 6; second++) {
    entered += enterMany(admission, HANDSHAKES_PER_SECOND);
    await clock.advance(1_000);
  }
  expect([entered, admission.unauthenticated]).toEqual([MAX_UNAUTHENTICATED_SOCKETS, MAX_UNAUTHENTICATED_SOCKETS]);
  admission.leave(true);
  expect([admission.enter(), admission.enter()]).toEqual([true, false]);
});

test('a clock that is set back does not close the door for long', async () => {
  const clock = new FakeClock();
  let offset = 0;
  const admission = new Admission({ now: () => clock.now() + offset, after: clock.after });
  enterMany(admission, 500);
  offset = -3_600_000;
  expect(admission.enter()).toBe(false);
  await clock.advance(10);
  expect(admission.enter()).toBe(true);
});
