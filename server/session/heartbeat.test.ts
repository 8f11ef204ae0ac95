import { expect, test } from 'vitest';
import { FakeClock } from './fake-clock.fixture.ts';
import { firstPingDelayMs, Heartbeat, pingDelayMs } from './heartbeat.ts';

test('PING comes after 25 s, give or take a tenth', () => {
  expect([0, 0.5, 1].map(pingDelayMs).map(Math.round)).toEqual([22_500, 25_000, 27_500]);
  expect([0, 1].map(firstPingDelayMs)).toEqual([1_000, 2_000]);
});

test('one timer looks at all once a second, and stops with the last', async () => {
  const clock = new FakeClock();
  const heartbeat = new Heartbeat(clock);
  const checks = [0, 0];
  const watched = checks.map((_, i) => ({
    check() {
      checks[i]! += 1;
    },
  }));
  for (const one of watched) heartbeat.add(one);
  expect(clock.timers).toBe(1);
  await clock.advance(3_000);
  heartbeat.remove(watched[0]!);
  await clock.advance(2_000);
  expect(checks).toEqual([3, 5]);
  heartbeat.remove(watched[1]!);
  expect(clock.timers).toBe(0);
  heartbeat.add(watched[0]!);
  await clock.advance(1_000);
  expect(checks).toEqual([4, 5]);
});

test('one that ends during the sweep does not disturb the others', async () => {
  const clock = new FakeClock();
  const heartbeat = new Heartbeat(clock);
  let seen = 0;
  const first = { check: () => heartbeat.remove(first) };
  heartbeat.add(first);
  heartbeat.add({
    check() {
      seen += 1;
    },
  });
  await clock.advance(2_000);
  expect(seen).toBe(2);
});
