import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAppError } from '#lib/errors.ts';
import { aBoard, MIGRATIONS_DIR, reopen, temporaryFolder } from './store.fixture.ts';
import { openStore, type Store } from './store.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store | undefined;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  store?.close();
  store = undefined;
  folder.remove();
});

const open = () => {
  store = reopen(folder.dir);
  return store;
};

function failure(act: () => unknown): { code: string; message: string } {
  try {
    act();
  } catch (error) {
    if (isAppError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  return { code: 'none', message: '' };
}

const file = () => join(folder.dir, 'cloudmanager.sqlite');
const modeOf = (name: string) => (statSync(join(folder.dir, name)).mode & 0o777).toString(8);

describe('data folder', () => {
  it('and its secrets are for this user alone', () => {
    chmodSync(folder.dir, 0o755);
    open();
    expect([modeOf('.'), modeOf('secrets.json'), modeOf('local-token')]).toEqual(['700', '600', '600']);
  });

  it('keeps its secrets over a restart', () => {
    const first = open().secrets;
    store?.close();
    expect(open().secrets).toEqual(first);
    expect(first.localToken).toMatch(/^cml_[\w-]{43}$/);
    expect(first.keyEncryptionKey.length).toBe(32);
  });

  it('that is a file or lies below one is refused in words', () => {
    writeFileSync(join(folder.dir, 'plain'), '');
    expect(failure(() => reopen(join(folder.dir, 'plain'))).code).toBe('data_not_writable');
    expect(failure(() => reopen(join(folder.dir, 'plain/below'))).code).toBe('data_not_writable');
  });

  it('that another hub uses is refused, and free again when that one has stopped', () => {
    open();
    expect(failure(() => reopen(folder.dir))).toMatchObject({
      code: 'data_not_writable',
      message: expect.stringContaining('Another hub'),
    });
    store?.close();
    open();
  });

  it('with a database but without its secrets is refused: new ones would lock every board out', () => {
    open().close();
    store = undefined;
    rmSync(join(folder.dir, 'secrets.json'));
    expect(failure(() => reopen(folder.dir))).toMatchObject({
      code: 'database_broken',
      message: expect.stringContaining('secrets.json'),
    });
    expect(existsSync(join(folder.dir, 'secrets.json'))).toBe(false);
  });

  it('with secrets that cannot be read is refused', () => {
    writeFileSync(join(folder.dir, 'secrets.json'), '{"keyEncryptionKey": "00"}');
    expect(failure(() => reopen(folder.dir)).code).toBe('database_broken');
  });
});

describe('database', () => {
  it('of a newer version is refused and stays as it is', () => {
    open().close();
    store = undefined;
    const client = new Database(file());
    client.prepare("INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('of the future', 9999999999999)").run();
    client.pragma('wal_checkpoint(TRUNCATE)');
    client.close();
    const before = readFileSync(file());
    expect(failure(() => reopen(folder.dir))).toMatchObject({
      code: 'database_newer',
      message: expect.stringContaining(file()),
    });
    expect(readFileSync(file()).equals(before)).toBe(true);
  });

  it('of the first version is brought up to date with all that is in it', async () => {
    const first = join(folder.dir, 'migrations');
    cpSync(MIGRATIONS_DIR, first, { recursive: true });
    const journal = join(first, 'meta/_journal.json');
    const { entries, ...rest } = JSON.parse(readFileSync(journal, 'utf8'));
    writeFileSync(journal, JSON.stringify({ ...rest, entries: entries.slice(0, 1) }));
    openStore({ dataDir: folder.dir, migrationsDir: first }).close();
    const old = new Database(file());
    old.exec(`INSERT INTO teams VALUES ('team_0000000000000001', 'A', 1);
      INSERT INTO boards (id, team_id, name, virtual, created_at) VALUES ('${'a'.repeat(32)}', 'team_0000000000000001', 'x', 0, 1),
        ('${'b'.repeat(32)}', 'team_0000000000000001', 'y', 0, 1);`);
    old.close();
    const { boards } = open();
    expect((await boards.listAllBoards()).map(({ name, chipId }) => [name, chipId])).toEqual([
      ['x', null],
      ['y', null],
    ]);
  });

  it('that is something else is refused and stays as it is', () => {
    open().close();
    store = undefined;
    for (const name of readdirSync(folder.dir))
      if (name.startsWith('cloudmanager.sqlite')) rmSync(join(folder.dir, name));
    const garbage = 'this is not a database '.repeat(100);
    writeFileSync(file(), garbage);
    expect(failure(() => reopen(folder.dir)).code).toBe('database_broken');
    expect(readFileSync(file(), 'utf8')).toBe(garbage);
  });

  it('that is a folder is refused', () => {
    open().close();
    store = undefined;
    for (const name of readdirSync(folder.dir))
      if (name.startsWith('cloudmanager.sqlite')) rmSync(join(folder.dir, name));
    mkdirSync(file());
    expect(failure(() => reopen(folder.dir)).code).toBe('database_broken');
  });

  it('syncs each commit to the disk and checks references', async () => {
    open();
    const client = new Database(file(), { readonly: true });
    expect(client.pragma('journal_mode', { simple: true })).toBe('wal');
    client.close();
    const team = await store!.users.ensureFirstTeam('A', 1);
    const id = aBoard(team.id, 1).id;
    const orphanKey = () => store!.keys.insertFirstKey(team.id, id, { epoch: 1, key: Buffer.alloc(32) });
    await expect(store!.commits.durable(orphanKey)).rejects.toThrow(/FOREIGN KEY/);
  });
});

describe('group commit', () => {
  it('one bad write does not take its neighbours with it', async () => {
    const { commits, boards, users } = open();
    const team = await users.ensureFirstTeam('A', 1);
    const results = await Promise.allSettled([
      boards.insertBoard(aBoard(team.id, 1)),
      commits.durable(() => {
        throw new Error('bad');
      }),
      boards.insertBoard(aBoard(team.id, 2)),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await boards.listAllBoards()).length).toBe(2);
  });

  it('what is lazy is written before what is relaxed after it', async () => {
    const { commits } = open();
    const order: string[] = [];
    void commits.lazy(() => void order.push('lazy'));
    commits.relaxed(() => void order.push('relaxed'));
    expect(order).toEqual(['lazy', 'relaxed']);
  });

  it('what is lazy is written without anybody asking', async () => {
    const { commits } = open();
    let written = false;
    await commits.lazy(() => {
      written = true;
    });
    expect(written).toBe(true);
  });

  it('closing writes what still waits', async () => {
    const { commits, boards, users } = open();
    const team = await users.ensureFirstTeam('A', 1);
    const inserted = boards.insertBoard(aBoard(team.id, 1));
    void commits.lazy(() => {});
    store?.close();
    await inserted;
    expect((await open().boards.listAllBoards()).length).toBe(1);
  });
});

describe('boards', () => {
  it('have one name each in a team', async () => {
    const { boards, users } = open();
    const team = await users.ensureFirstTeam('A', 1);
    expect(await boards.insertBoard(aBoard(team.id, 1))).toBe(true);
    expect(await boards.insertBoard({ ...aBoard(team.id, 2), name: 'board-1' })).toBe(false);
  });

  it('keep the newest facts over a restart', async () => {
    const { boards, users } = open();
    const team = await users.ensureFirstTeam('A', 1);
    const board = aBoard(team.id, 1);
    await boards.insertBoard(board);
    const info = {
      v: '1',
      u: ['a', 'b', 'c', 'd', 'e'],
      plat: 'p',
      mpy: 6,
      chip: 'c',
      mem: 1,
      fs: [1, 2] as [number, number],
      rssi: 0,
      rst: 0,
      boots: 1,
      job: [0, 'none', 0] as [number, 'none', number],
      rec: 512,
      slot: 'a',
    };
    void boards.saveFacts(board.id, { info, lastSeenAt: 5 });
    void boards.saveFacts(board.id, { info: { ...info, mem: 2 }, lastSeenAt: 6 });
    store?.close();
    expect(await open().boards.listAllBoards()).toMatchObject([{ name: 'board-1', lastSeenAt: 6, info: { mem: 2 } }]);
  });
});
