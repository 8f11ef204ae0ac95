import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { createCommits } from './commits.ts';

it('a full disk is told as such, and what was there before stays', async () => {
  const client = new Database(':memory:');
  client.exec('CREATE TABLE t (bytes BLOB)');
  client.pragma('max_page_count = 20');
  const commits = createCommits(client);
  const insert = client.prepare('INSERT INTO t VALUES (zeroblob(?))');
  const results = await Promise.allSettled([
    commits.durable(() => insert.run(1_000)),
    commits.durable(() => insert.run(1_000_000)),
  ]);
  expect(results).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'hub_storage_full' } },
  ]);
  expect(() => commits.relaxed(() => insert.run(1_000_000))).toThrow(
    expect.objectContaining({ code: 'hub_storage_full' }),
  );
  expect(client.prepare('SELECT count(*) FROM t').pluck().get()).toBe(1);
});

it('what is asked for in one turn shares one transaction, in order', async () => {
  const client = new Database(':memory:');
  const commits = createCommits(client);
  const depths: boolean[] = [];
  const order: number[] = [];
  const writes = [1, 2, 3].map((number) =>
    commits.durable(() => {
      depths.push(client.inTransaction);
      order.push(number);
      return number;
    }),
  );
  expect(order).toEqual([]);
  expect(await Promise.all(writes)).toEqual([1, 2, 3]);
  expect([order, depths]).toEqual([
    [1, 2, 3],
    [true, true, true],
  ]);
});
