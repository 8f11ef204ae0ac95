import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type MbmResult, ROOT, runMbm } from './rig.fixture.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'mbm-server-'));
});
afterEach(async () => {
  await mbm(['server-stop']);
  await rm(dataDir, { recursive: true, force: true });
});

/** `npm test` has built everything; a build in the middle of a test would take longer than the test may. */
function mbm(args: readonly string[]): Promise<MbmResult> {
  return runMbm(args, { env: { CLOUDMANAGER_DATA: dataDir, CLOUDMANAGER_NO_PREPARE: '1' } }).done;
}

async function takePort(): Promise<{ port: number; free: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, free: () => new Promise((done) => server.close(() => done())) };
}

describe.skipIf(!existsSync(join(ROOT, '.next/BUILD_ID')))('the hub as a daemon (built by `npm run build`)', () => {
  test('it starts, answers after mbm has ended, says so when started again, and stops with its port free', async () => {
    const { port, free } = await takePort();
    await free();
    const started = await mbm(['server-start', '--port', String(port)]);
    expect(started.stderr).toBe('');
    expect(started.code).toBe(0);
    expect(started.stdout).toContain(`Cloudmanager service is listening on: http://localhost:${port}\n`);
    expect(started.stdout).toMatch(
      /Open this link once to make the first account: http:\/\/localhost:\d+\/setup\?token=/,
    );
    expect((await stat(join(dataDir, 'hub.log'))).mode & 0o077).toBe(0);

    expect((await mbm(['server-status'])).code).toBe(0);
    expect((await mbm(['board-list', '--json'])).stdout).toBe('[]\n');
    const again = await mbm(['server-start', '--port', String(port)]);
    expect(again.code).toBe(0);
    expect(again.stderr).toMatch(/is running already \(process \d+\)/);

    const stopped = await mbm(['server-stop', '--json']);
    expect(JSON.parse(stopped.stdout)).toMatchObject({ stopped: true });
    const server = createServer();
    await new Promise<void>((done, failed) => server.once('error', failed).listen(port, done));
    await new Promise((done) => server.close(done));
    expect((await mbm(['server-status'])).code).toBe(3);
  });

  test('a port in use is named, exit 1, and nothing is left running', async () => {
    const { port, free } = await takePort();
    const { code, stderr } = await mbm(['server-start', '--port', String(port)]);
    await free();
    expect(code).toBe(1);
    expect(stderr).toContain(String(port));
    expect(stderr).not.toContain('    at ');
    expect((await mbm(['server-status'])).code).toBe(3);
  });
});

test('a data folder that cannot be one is a sentence and exit 1', async () => {
  const file = join(dataDir, 'file');
  await writeFile(file, 'not a folder');
  const { code, stderr } = await mbm(['server-start', '--data', join(file, 'data')]);
  expect(code).toBe(1);
  expect(stderr).toContain(`The data folder ${join(file, 'data')} cannot be written`);
  expect(await readFile(file, 'utf8')).toBe('not a folder');
});

test('a port that is none is exit 2', async () => {
  const { code, stderr } = await mbm(['server-start', '--port', 'eighty']);
  expect(code).toBe(2);
  expect(stderr).toContain('eighty');
});
