import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from '#server/store/store.fixture.ts';
import { createCatalogue, REFRESH_MS } from './catalogue.ts';
import { Mirror } from './mirror.fixture.ts';
import { mirrorOf } from './mirror.ts';

let folder: ReturnType<typeof temporaryFolder>;
let mirror: Mirror;
beforeEach(async () => {
  folder = temporaryFolder();
  mkdirSync(join(folder.dir, 'firmware'));
  mirror = await Mirror.start();
});
afterEach(async () => {
  await mirror.stop();
  folder.remove();
});

it('an older list is shown while a network that swallows everything is still being asked, once', async () => {
  const stopping = new AbortController();
  let clock = 0;
  const { policy } = mirrorOf(mirror.index);
  const catalogue = createCatalogue({
    dir: join(folder.dir, 'firmware'),
    url: mirror.index,
    policy,
    now: () => clock,
    signal: stopping.signal,
    patienceMs: 50,
  });
  expect((await catalogue.read()).firmware).toHaveLength(5);
  mirror.page = () => {};
  clock = REFRESH_MS;
  expect(await catalogue.read()).toMatchObject({ checkedAt: 0, problem: undefined });
  expect((await catalogue.read()).firmware).toHaveLength(5);
  await mirror.request(2);
  expect(mirror.requests).toHaveLength(2);
  stopping.abort();
});
