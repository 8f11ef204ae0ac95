import { afterEach, expect, it } from 'vitest';
import { FakeClock } from '#server/session/fake-clock.fixture.ts';
import { newJobId } from '#server/store/ids.ts';
import { aBoard, reopen, temporaryFolder } from '#server/store/store.fixture.ts';
import type { AuthorizedTeamId } from '#server/store/team-scope.ts';
import { Jobs, MAX_LISTED_RUNS } from './jobs.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const folder = temporaryFolder();
const store = reopen(folder.dir);
afterEach(() => {
  store.close();
  folder.remove();
});

it('a list of jobs for thousands of boards is cut before it holds the hub up', async () => {
  const clock = new FakeClock();
  const team = await store.users.ensureFirstTeam('A', 1);
  const boards = Array.from({ length: MAX_LISTED_RUNS / 2 }, (_, number) => aBoard(team.id, number + 1));
  await Promise.all(boards.map((board) => store.boards.insertBoard(board)));
  const runs = boards.map(({ id, name }) => ({
    ...{ boardId: id, boardName: name, state: 'expired' as const },
    ...{ queuedAt: 1, endedAt: 1, reason: 'The board is off line.' },
  }));
  for (let time = 1; time <= 3; time += 1) {
    const job = { id: newJobId(time), teamId: team.id, kind: 'execute' as const, code: 'x', createdBy: 'me' };
    await store.jobs.insertJob({ ...job, createdAt: time, timeoutMs: null, waitMs: 0, unknown: [] }, runs);
  }
  const hub = {
    isIdle: () => false,
    isConnected: () => false,
    execute: () => expect.unreachable(),
    listBoards: () => [],
    findBoardByName: () => undefined,
  };
  const jobs = await Jobs.open({ store, hub, bus: { publish() {} }, clock, log: quiet });
  const list = await jobs.list(team.id as AuthorizedTeamId, { limit: 100 });
  expect(list.map((job) => job.createdAt)).toEqual([3, 2].map((time) => new Date(time).toISOString()));
  expect(list.flatMap((job) => job.runs)).toHaveLength(MAX_LISTED_RUNS);
});
