import { afterEach, beforeEach, expect, it } from 'vitest';
import { SESSION_MAX_AGE_S } from '#lib/api/auth-door.ts';
import { FakeClock } from '#server/session/fake-clock.fixture.ts';
import { reopen, temporaryFolder } from '#server/store/store.fixture.ts';
import type { Store } from '#server/store/store.ts';
import { hashToken } from './gate.ts';
import { createTeams, type Teams } from './teams.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const HOUR_MS = 3_600_000;

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let clock: FakeClock;
let teams: Teams;
let setUps: number;

const open = () =>
  createTeams({
    store,
    now: clock.now,
    log: silent,
    onSetUp: () => {
      setUps += 1;
    },
  });

beforeEach(async () => {
  folder = temporaryFolder();
  store = reopen(folder.dir);
  clock = new FakeClock();
  setUps = 0;
  teams = await open();
});
afterEach(() => {
  store.close();
  folder.remove();
});

async function anOwner() {
  const user = await teams.setUp({
    token: teams.setupToken ?? '',
    email: 'Ada@x.org',
    name: 'Ada',
    password: '1234567890',
    team: 'Lab',
  });
  return { user, token: await teams.door.createSession(user.id, '10.0.0.1', 'test') };
}

it('the set-up link is another one at each start, and none once there is an account', async () => {
  const first = teams.setupToken;
  teams = await open();
  expect(teams.setupToken).toMatch(/^[\w-]{43}$/);
  expect(teams.setupToken).not.toBe(first);
  await expect(teams.proveSetup(first ?? '')).rejects.toMatchObject({ code: 'setup_link_invalid' });
  await anOwner();
  expect(setUps).toBe(1);
  teams = await open();
  expect(teams.setupToken).toBeUndefined();
  await expect(teams.proveSetup('')).rejects.toMatchObject({ code: 'setup_done' });
});

it('a session lasts twelve hours from its last use', async () => {
  const { token } = await anOwner();
  for (let hours = 0; hours < 30; hours += 10) {
    await clock.advance(10 * HOUR_MS);
    expect(await teams.door.findSession(token)).toMatchObject({ email: 'ada@x.org' });
  }
  await clock.advance(SESSION_MAX_AGE_S * 1000 + 1);
  expect(await teams.isSessionAlive(hashToken(token))).toBe(false);
  expect(await teams.door.findSession(token)).toBeUndefined();
});

it('being looked at by the hub itself does not make a session last', async () => {
  const { token } = await anOwner();
  for (let hours = 0; hours < 12; hours += 4) {
    await clock.advance(4 * HOUR_MS);
    expect(await teams.isSessionAlive(hashToken(token))).toBe(true);
  }
  await clock.advance(1);
  expect(await teams.isSessionAlive(hashToken(token))).toBe(false);
});

it('the token of a session is not in the database', async () => {
  const { token } = await anOwner();
  const row = await store.sessions.findSessionRow(hashToken(token));
  expect(JSON.stringify(row)).not.toContain(token);
  expect(await store.sessions.findSessionRow(token)).toBeUndefined();
});

it('an ended session is told to who listens, once', async () => {
  const { token } = await anOwner();
  const told: string[] = [];
  const stop = teams.onSessionEnded((hash) => told.push(hash));
  await teams.door.endSession(token);
  await teams.door.endSession(token);
  expect(told).toEqual([hashToken(token)]);
  stop();
});

it('sessions that have lapsed are swept away at the next start', async () => {
  const { token } = await anOwner();
  await clock.advance(13 * HOUR_MS);
  teams = await open();
  expect(await store.sessions.findSessionRow(hashToken(token))).toBeUndefined();
});
