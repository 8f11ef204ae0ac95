import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeCrypto } from '#lib/node/crypto.ts';
import { hexOf } from '#lib/protocol/bytes.ts';
import { within } from './contract/deadline.ts';
import { run, start } from './contract/program.ts';
import { startTestHub, type TestHub } from './contract/test-hub.ts';
import { type Fleet, startFleet } from './fleet.ts';

const identity = { boardId: nodeCrypto.randomBytes(16), key: nodeCrypto.randomBytes(32), epoch: 1 };
let hub: TestHub;
let fleet: Fleet;

beforeEach(async () => {
  hub = await startTestHub(identity);
  fleet = startFleet({
    hubUrl: hub.url,
    boards: [{ id: hexOf(identity.boardId), key: hexOf(identity.key), epoch: identity.epoch }],
    behaviour: { retryMs: () => 5 },
  });
});

afterEach(async () => {
  await fleet.stop();
  await hub.stop();
});

test('it comes on line, says what it is and answers PING', async () => {
  const link = await hub.link();
  await within(fleet.online(), 'the fleet on line');
  expect((await link.expect('info', 0)).info.plat).toBe('esp8266');
  link.send({ op: 'ping', rid: 9 });
  expect((await link.expect('pong', 9)).memFreeBytes).toBeGreaterThan(0);
  expect(fleet.counts()).toEqual({ total: 1, online: 1, sessions: 1, failures: 0 });
});

test('it runs the programs it knows', async () => {
  const link = await hub.link();
  expect(await run(link, "print('hello')")).toMatchObject({ output: 'hello\n', state: 'succeeded' });
  const echo = await start(link, 'while True: print(input())');
  echo.input('one\n');
  await echo.sees('one');
  echo.interrupt();
  expect(await echo.ended()).toMatchObject({ state: 'cancelled' });
});

test('output waits for credits', async () => {
  const link = await hub.link();
  const echo = await start(link, 'while True: print(input())');
  for (let index = 0; index < 8; index++) echo.input('x'.repeat(509));
  link.send({ op: 'ping', rid: 99 });
  await link.expect('pong', 99);
  expect(link.countOut(echo.rid)).toBe(2);
});

test('it keeps files', async () => {
  const link = await hub.link();
  const content = Buffer.from('kept');
  link.send({ op: 'put', rid: 1, offset: 0, bytes: content });
  await link.expect('ok', 1);
  link.send({ op: 'end', rid: 2, sha256: nodeCrypto.sha256(content), path: '/a' });
  await link.expect('ok', 2);
  link.send({ op: 'get', rid: 3, offset: 1, count: 2, path: '/a' });
  expect(Buffer.from((await link.expect('data', 3)).bytes).toString()).toBe('ep');
});

test('it comes back with the next key, and does not run a job twice', async () => {
  const first = await hub.link();
  await run(first, "print('once')", 4);
  first.send({ op: 'key', rid: 7, ...hub.rotate(identity.epoch) });
  await first.expect('ok', 7);
  first.close(4002);
  const second = await hub.link();
  expect(second.hello.epoch).toBe(2);
  expect((await second.expect('info', 0)).info.job).toEqual([4, 'succeeded', 0]);
  second.send({ op: 'exec', rid: 8, job: 4, source: "print('twice')" });
  expect(await second.expect('done', 8)).toMatchObject({ job: 4, state: 'succeeded' });
});
