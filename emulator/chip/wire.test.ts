import { expect, test } from 'vitest';
import { Wire } from './wire.ts';

test('bytes take ten bits each, in their order, and the sender knows when they are through', async () => {
  const heard: number[] = [];
  const wire = new Wire(true, (bytes) => heard.push(...bytes));
  const start = performance.now();
  await Promise.all([
    wire.send(new Uint8Array(1152).fill(1), 115_200),
    wire.send(new Uint8Array(1152).fill(2), 115_200),
  ]);
  // 2304 bytes at 11520 a second.
  expect(performance.now() - start).toBeGreaterThanOrEqual(199);
  expect(heard.length).toBe(2304);
  expect([heard[0], heard[1151], heard[1152], heard[2303]]).toEqual([1, 1, 2, 2]);
});

test('a cut loses what is under way', async () => {
  let heard = 0;
  const wire = new Wire(true, (bytes) => {
    heard += bytes.length;
    if (heard > 100) wire.cut();
  });
  await wire.send(new Uint8Array(10_000), 115_200);
  expect(heard).toBeLessThan(1000);
});

test('without a model of time everything is there at once', () => {
  let heard = 0;
  void new Wire(false, (bytes) => {
    heard += bytes.length;
  }).send(new Uint8Array(100_000), 1);
  expect(heard).toBe(100_000);
});
