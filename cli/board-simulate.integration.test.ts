import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Rig, ROOT, until } from './rig.fixture.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.stop());

const isBuilt = ['dist/vm/micropython.wasm', 'dist/device/manifest.json'].every((path) => existsSync(join(ROOT, path)));
const records = async () => (await readdir(rig.dataDir)).filter((name) => name.startsWith('simulated-'));

describe.skipIf(!isBuilt)('virtual boards of mbm (built by `npm run build`)', () => {
  test('they run Python, and Ctrl-C removes them from the hub', async () => {
    await rig.client.createBoard('room-1');
    const simulate = rig.mbm(['board-simulate', '1', '--name', 'room']);
    await simulate.printed('room-2 is on line');
    const execute = await rig.mbm(['board-execute', 'room-2', '-c', 'import sys; print(sys.platform)', '--json']).done;
    expect(JSON.parse(execute.stdout)).toMatchObject([
      { board: 'room-2', state: 'succeeded', output: 'esp8266\n', exit: 0 },
    ]);

    const broken = await rig.mbm(['board-execute', 'room-2', '-c', 'print(1)\n1/0']).done;
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain('ZeroDivisionError');

    simulate.child.kill('SIGINT');
    const { code, stderr } = await simulate.done;
    expect({ code, stderr: stderr.split('\n')[0] }).toEqual({ code: 0, stderr: expect.stringContaining(rig.hub.url) });
    expect((await rig.client.boards()).boards.map((board) => board.name)).toEqual(['room-1']);
    expect(await records()).toEqual([]);
  });

  test('boards of a killed mbm end with it, and the next one removes them', async () => {
    const killed = rig.mbm(['board-simulate', '1', '--json']);
    await killed.printed('"online": true');
    killed.child.kill('SIGKILL');
    await until(async () => (await rig.client.boards()).boards.every((board) => board.state === 'offline'));
    expect(await records()).toHaveLength(1);

    const next = rig.mbm(['board-simulate', '1']);
    await next.printed('simulated-1 is on line');
    expect((await rig.client.boards()).boards).toHaveLength(1);
    next.child.kill('SIGTERM');
    expect((await next.done).code).toBe(0);
  });
});

test('a number or prefix that is none is exit 2, and no board is added', async () => {
  for (const args of [['0'], ['101'], ['two'], ['1', '--name', 'a b'], ['1', '--name', 'x'.repeat(64)]]) {
    expect((await rig.mbm(['board-simulate', ...args]).done).code).toBe(2);
  }
  expect((await rig.client.boards()).boards).toEqual([]);
});
