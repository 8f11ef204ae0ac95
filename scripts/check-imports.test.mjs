// .dependency-cruiser.cjs at work on a small project: each line of the table is broken once.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from './tree.mjs';

const PACKAGES = ['zod', 'next', 'react', 'better-sqlite3', 'left-pad'];

const WRONG = [
  ['lib-protocol', 'lib/protocol/a.ts', '#lib/api/schema.ts'],
  ['lib', 'lib/a.ts', 'node:fs'],
  ['lib', 'lib/b.ts', './node/crypto.ts'],
  ['server-session', 'server/session/a.ts', '#server/hub/hub.ts'],
  ['server-bus', 'server/bus/a.ts', '#server/store/store.ts'],
  ['server-store', 'server/store/a.ts', '#server/hub/hub.ts'],
  ['server-hub', 'server/hub/a.ts', '#server/jobs/jobs.ts'],
  ['server-nouns', 'server/files/a.ts', '#server/jobs/jobs.ts'],
  ['server-jobs', 'server/jobs/a.ts', '#server/session/session.ts'],
  ['server-live', 'server/live/a.ts', '#server/session/session.ts'],
  ['server-api', 'server/api/a.ts', '#server/store/store.ts'],
  ['server-http', 'server/http/a.ts', '#server/hub/hub.ts'],
  ['one-face-a-folder', 'server/jobs/b.ts', '#server/hub/presence.ts'],
  ['composition-root', 'server/hub/b.ts', '#emulator/fleet.ts'],
  ['app', 'app/a.ts', '#server/hub/hub.ts'],
  ['app', 'app/b.ts', '#lib/node/crypto.ts'],
  ['cli', 'cli/a.ts', '#server/store/store.ts'],
  ['emulator', 'emulator/a.ts', '#server/hub/hub.ts'],
  ['playwright', 'playwright/a.ts', '#server/hub/hub.ts'],
  ['nobody-imports-the-top', 'lib/c.ts', '#cli/main.ts'],
  ['next-and-react', 'server/jobs/c.ts', 'next'],
  ['no-cycles', 'lib/d.ts', './e.ts'],
  ['no-test-imports', 'lib/f.ts', './a.test.ts'],
  ['declared-packages', 'cli/b.ts', 'left-pad'],
  ['resolvable', 'lib/g.ts', './gone.ts'],
];

const RIGHT = [
  ['server/start.ts', '#emulator/fleet.ts'],
  ['server/jobs/d.ts', '#server/hub/ports.ts'],
  ['server/store/b.ts', 'better-sqlite3'],
  ['server/store/b.test.ts', '#emulator/fleet.ts'],
  ['lib/h.ts', 'zod'],
  ['app/c.ts', 'react'],
];

let root;
let violations;

function write(path, text) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'cloudmanager-imports-'));
  const { imports } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8'));
  const dependencies = Object.fromEntries(PACKAGES.slice(0, -1).map((name) => [name, '1']));
  write('package.json', JSON.stringify({ type: 'module', imports, dependencies }));
  write('tsconfig.json', '{}');
  for (const name of PACKAGES) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'main.js' }));
    write(`node_modules/${name}/main.js`, '');
  }
  const targets = [...WRONG.map(([, , to]) => to), ...RIGHT.map(([, to]) => to)].filter((to) => to.startsWith('#'));
  for (const to of targets) write(to.slice(1), 'export const a = 1;\n');
  for (const [from, to] of [...WRONG.map(([, from, to]) => [from, to]), ...RIGHT]) write(from, `import '${to}';\n`);
  write('lib/e.ts', "import './d.ts';\n");
  write('lib/i.ts', "import type {} from './j.ts';\n");
  write('lib/j.ts', "import './i.ts';\n");
  write('lib/k.ts', "import type {} from '#server/hub/hub.ts';\n");
  write('lib/a.test.ts', '');
  write('lib/node/crypto.ts', '');
  violations = cruise();
});
afterAll(() => rmSync(root, { recursive: true }));

function cruise() {
  const folders = ['app', 'server', 'lib', 'cli', 'emulator', 'playwright'];
  const args = ['--config', `${ROOT}/.dependency-cruiser.cjs`, '--output-type', 'json', ...folders];
  const out = execFileSync(`${ROOT}/node_modules/.bin/depcruise`, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(out).summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`);
}

test.each(WRONG)('%s refuses that %s imports %s', (rule, from) => {
  expect(violations).toContain(`${rule}: ${from}`);
});

test('types alone are bound by the table, and close no cycle', () => {
  expect(violations).toContain('lib: lib/k.ts');
  expect(violations.filter((line) => /lib\/[ij]\.ts/.test(line))).toEqual([]);
});

test.each(RIGHT)('%s may import %s', (from) => {
  expect(violations.filter((line) => line.endsWith(` ${from}`))).toEqual([]);
});
