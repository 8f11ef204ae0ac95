/** The hub as a process: what it prints, how it stops, and what is left when it is killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hubFileSchema } from '#lib/node/data-dir.ts';
import { type Starter, TestHub, within } from './start.fixture.ts';
import { temporaryFolder } from './store/store.fixture.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

interface HubProcess {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly errors: () => string;
  readonly ended: Promise<number | null>;
  line(pattern: RegExp): Promise<string>;
}

const children: ChildProcess[] = [];

function spawnHub(dataDir: string, port: number): HubProcess {
  const child = spawn(process.execPath, [
    MAIN,
    '--no-console',
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--data',
    dataDir,
  ]);
  children.push(child);
  const lines: string[] = [];
  let errors = '';
  let wake = () => {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    wake();
  });
  child.stderr.on('data', (data) => {
    errors += data;
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const find = async (pattern: RegExp) => {
    for (;;) {
      const found = lines.map((line) => pattern.exec(line)).find((match) => match !== null);
      if (found) return found[1] ?? found[0];
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    child,
    lines,
    errors: () => errors,
    ended,
    line: (pattern) => within(find(pattern), `line like ${pattern}`),
  };
}

let newest: HubProcess;

const inAProcess: Starter = async (dataDir, port) => {
  newest = spawnHub(dataDir, port);
  const hub = newest;
  const url = await hub.line(/listening on: (http:\S+)/);
  return {
    url,
    port: Number(new URL(url).port),
    urls: [url],
    setupUrl: undefined,
    localToken: readFileSync(join(dataDir, 'local-token'), 'utf8').trim(),
    routes: [],
    async stop() {
      hub.child.kill('SIGTERM');
      await within(hub.ended, 'end of the process');
    },
  };
};

/** Connecting is refused: nobody holds the port. */
async function isFree(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const free = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(false));
    socket.once('error', () => resolve(true));
  });
  socket.destroy();
  return free;
}

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  folder.remove();
});

describe('a hub', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'says where it is and stops at %s: port free, state file gone, exit 0',
    async (signal) => {
      const hub = spawnHub(folder.dir, 0);
      const url = await hub.line(/^Cloudmanager service is listening on: (http:\/\/127\.0\.0\.1:\d+)$/);
      expect(await hub.line(/http:\S+\/setup\?token=([\w-]{43})/)).toHaveLength(43);
      const state = hubFileSchema.parse(JSON.parse(readFileSync(join(folder.dir, 'hub.json'), 'utf8')));
      expect(state).toMatchObject({ pid: hub.child.pid, url, setupUrl: expect.stringContaining('token=') });
      hub.child.kill(signal);
      expect(await within(hub.ended, 'end')).toBe(0);
      expect(await isFree(state.port)).toBe(true);
      expect(existsSync(join(folder.dir, 'hub.json'))).toBe(false);
      expect(hub.errors()).toBe('');
    },
  );

  it('whose port is in use says by what address and exits 1', async () => {
    const first = spawnHub(folder.dir, 0);
    const port = new URL(await first.line(/listening on: (http:\S+)/)).port;
    const other = temporaryFolder();
    const second = spawnHub(other.dir, Number(port));
    expect(await within(second.ended, 'end')).toBe(1);
    expect(second.errors()).toBe(
      `Another program listens on 127.0.0.1, port ${port}. Stop the program that uses it, or choose another with --port.\n`,
    );
    other.remove();
  });

  it('whose data folder cannot be written says so and exits 1', async () => {
    writeFileSync(join(folder.dir, 'file'), '');
    const hub = spawnHub(join(folder.dir, 'file'), 0);
    expect(await within(hub.ended, 'end')).toBe(1);
    expect(hub.errors()).toMatch(/^The data folder .*file cannot be written \(E\w+\)\. .*--data\.\n$/);
  });
});

describe('a hub that is ended during a run', () => {
  it('by kill -9 loses nothing: what ran is found running or ended, what waited still waits and runs', async () => {
    const hub = await TestHub.start(inAProcess);
    try {
      let live = await hub.live();
      const board = await hub.onlineBoard('b-1', live);
      const ran = await hub.run('b-1', 'print before\nwait');
      const waits = await hub.run('b-1', 'print after');
      await live.running(ran);
      newest.child.kill('SIGKILL');
      await newest.ended;
      board.finishUnseen('succeeded');

      await hub.restart();
      live = await hub.live();
      expect((await hub.call('GET', `/jobs/${waits.id}`)).body.runs[0].state).toBe('queued');
      board.connect();
      expect(await live.ended(ran)).toMatchObject({ state: 'succeeded', reason: expect.stringContaining('off line') });
      expect((await hub.output(ran)).text).toMatch(/^before\n\n\[… output after .* is lost: the link was down …]\n$/);
      expect((await live.ended(waits)).state).toBe('succeeded');
      expect((await hub.output(waits)).text).toBe('after\n');
      expect(board.started).toEqual(['print before\nwait', 'print after']);
    } finally {
      await hub.end();
    }
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    '%s at any moment: every accepted job ends once, and none is started twice',
    async (signal) => {
      const hub = await TestHub.start(inAProcess);
      try {
        const live = await hub.live();
        const board = await hub.onlineBoard('b-1', live);
        const accepted: string[] = [];
        for (let round = 0; round < 5; round += 1) {
          for (let number = 0; number <= 7 * round; number += 1) {
            accepted.push((await hub.run('b-1', `print ${round}-${number}`, { waitS: 600 })).id);
          }
          // Some of them are running, some have ended, some wait.
          newest.child.kill(signal);
          await within(newest.ended, 'end of the process');
          await hub.restart();
          board.connect();
        }
        const again = await hub.live();
        const last = await hub.run('b-1', 'print last', { waitS: 600 });
        expect((await again.ended(last)).state).toBe('succeeded');
        for (const id of accepted) {
          const [run] = (await hub.call('GET', `/jobs/${id}`)).body.runs;
          expect([id, run.state, run.endedAt !== null]).toEqual([id, 'succeeded', true]);
        }
        expect(new Set(board.started).size).toBe(board.started.length);
      } finally {
        await hub.end();
      }
    },
  );
});
