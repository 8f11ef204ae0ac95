import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { boardListSchema, provisionSchema } from '#lib/api/schema.ts';
import { Rig, runMbm } from './rig.fixture.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.stop());

test('on the hub’s machine no login is needed', async () => {
  const { code, stdout, stderr } = await rig.mbm(['board-list']).done;
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toContain('There is no board yet');
});

test('a board is added, listed, and refused a second time', async () => {
  const added = await rig.mbm(['board-add', 'esp8266-1', '--json']).done;
  expect(added.code).toBe(0);
  const { board, key, hubUrls } = provisionSchema.parse(JSON.parse(added.stdout));
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(hubUrls[0]).toMatch(/^ws:\/\/.*\/device$/);

  const again = await rig.mbm(['board-add', 'esp8266-1']).done;
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('already called "esp8266-1"');

  const listed = await rig.mbm(['board-list', '--json']).done;
  const boards = boardListSchema.shape.boards.parse(JSON.parse(listed.stdout));
  expect(boards).toMatchObject([{ id: board.id, name: 'esp8266-1', state: 'offline', lastSeenAt: null }]);
});

test('what board-add prints by hand is what a board reads', async () => {
  const { stdout } = await rig.mbm(['board-add', 'b-1']).done;
  const [id = '', key = ''] = [/^Id {5}(\w+)$/m, /^Key {4}(\w+) /m].map((pattern) => pattern.exec(stdout)?.[1]);
  expect(stdout).toContain(`ubinascii.unhexlify('${id}00000001${key}')`);
  expect(id).toHaveLength(32);
});

test('a name that is none is exit 2, with the field in words', async () => {
  const { code, stderr } = await rig.mbm(['board-add', '-- bad']).done;
  expect(code).toBe(2);
  expect(stderr).not.toBe('');
  expect((await rig.mbm(['board-add', 'b b']).done).stderr).toContain('name');
});

test('boards stand in the order of their numbers', async () => {
  for (const name of ['b-10', 'b-2', 'a-1']) await rig.client.createBoard(name);
  const { stdout } = await rig.mbm(['board-list']).done;
  expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(['NAME', 'a-1', 'b-2', 'b-10', '']);
});

test('server-status says where and since when', async () => {
  const { code, stdout } = await rig.mbm(['server-status']).done;
  expect(code).toBe(0);
  expect(stdout).toContain(`Listening on ${rig.hub.url}`);
  expect(stdout).toMatch(/running since 20\d\d-/);
  const json = JSON.parse((await rig.mbm(['server-status', '--json']).done).stdout);
  expect(json).toMatchObject({ running: true, url: rig.hub.url, pid: process.pid, boards: { total: 0, online: 0 } });
});

test('a hub elsewhere is named by CLOUDMANAGER_URL and CLOUDMANAGER_TOKEN', async () => {
  const env = { CLOUDMANAGER_DATA: join(rig.dataDir, 'none'), CLOUDMANAGER_URL: rig.hub.url };
  const without = await runMbm(['board-list'], { env }).done;
  expect(without.code).toBe(1);
  expect(without.stderr).toContain('You are not signed in');
  const withToken = await runMbm(['board-list', '--json'], { env: { ...env, CLOUDMANAGER_TOKEN: rig.hub.localToken } })
    .done;
  expect(withToken).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
  const execute = await runMbm(['board-execute', 'a', '-c', 'x'], { env }).done;
  expect(execute.stderr).toContain('You are not signed in');
});

test('without a hub every command says how to start one, exit 3', async () => {
  const env = { CLOUDMANAGER_DATA: join(rig.dataDir, 'none') };
  const commands = [
    ['board-list'],
    ['board-add', 'a'],
    ['board-execute', 'a', '-c', 'x'],
    ['board-simulate', '1'],
    ['server-status'],
  ];
  for (const args of commands) {
    const { code, stdout, stderr } = await runMbm(args, { env }).done;
    expect({ args, code, stdout }).toEqual({ args, code: 3, stdout: '' });
    expect(stderr).toContain('mbm server-start');
  }
  const { code, stdout } = await runMbm(['board-list', '--json'], { env }).done;
  expect(code).toBe(3);
  expect(JSON.parse(stdout).error.code).toBe('hub_unreachable');
  expect((await runMbm(['board-list'], { env: { CLOUDMANAGER_URL: 'http://127.0.0.1:9' } }).done).code).toBe(3);
});

test('hub.json left behind by a killed hub is not believed', async () => {
  const gone = await runMbm(['--version']);
  await gone.done;
  const file = join(rig.dataDir, 'hub.json');
  const content = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...content, pid: gone.child.pid }));
  expect((await rig.mbm(['server-status']).done).code).toBe(3);
  const stop = await rig.mbm(['server-stop']).done;
  expect(stop.code).toBe(0);
  expect(stop.stderr).toContain('No hub was running');
});

test('a program that was given the number of a killed hub is not stopped in its place', async () => {
  const file = join(rig.dataDir, 'hub.json');
  const content = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...content, url: 'http://127.0.0.1:9', port: 9 }));
  const { code, stderr } = await rig.mbm(['server-stop']).done;
  expect(code).toBe(3);
  expect(stderr).toContain(`Process ${process.pid} should be the hub`);
});

test('unknown commands and options are exit 2', async () => {
  for (const args of [['board-lost'], ['board-list', '--jsn'], []]) {
    expect((await runMbm(args).done).code).toBe(2);
  }
});
