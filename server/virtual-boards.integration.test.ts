import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LiveSocket, TestHub } from './start.fixture.ts';

let hub: TestHub;
let live: LiveSocket;

beforeAll(async () => {
  hub = await TestHub.start();
  live = await hub.live();
});
afterAll(() => hub.end());

const online = (name: string) =>
  live.next(
    (message) =>
      message.type === 'board.changed' &&
      message.data.board.name === name &&
      message.data.board.state === 'online' &&
      message.data.board.platform !== null,
  );

it('a virtual board is there in a moment, runs Python, and comes back with its files after a restart of the hub', async () => {
  const { status, body: board } = await hub.call('POST', '/virtual-boards', {});
  expect([status, board.name, board.virtual]).toEqual([201, 'virtual-1', true]);
  await online('virtual-1');
  const job = await hub.run('virtual-1', 'f = open("/kept", "w")\nf.write("42")\nf.close()\nprint(6 * 7)', {
    waitS: 30,
  });
  expect(await live.ended(job)).toMatchObject({ state: 'succeeded' });
  expect((await hub.output(job)).text.trim()).toBe('42');

  await hub.restart();
  live = await hub.live();
  await online('virtual-1');
  const again = await hub.run('virtual-1', 'print(open("/kept").read())\nraise ValueError("no")', { waitS: 30 });
  expect(await live.ended(again)).toMatchObject({
    state: 'failed',
    exit: 1,
    traceback: expect.stringContaining('ValueError: no'),
  });
  expect((await hub.output(again)).text.trim()).toBe('42');
  expect((await hub.call('POST', `/virtual-boards/${board.id}/fault`, { fault: 'drop-link' })).status).toBe(202);
  expect((await hub.call('DELETE', `/boards/${board.id}`)).status).toBe(204);
  expect((await hub.call('POST', `/virtual-boards/${board.id}/fault`, { fault: 'drop-link' })).status).toBe(404);
});
