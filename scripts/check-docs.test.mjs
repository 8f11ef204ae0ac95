import { expect, test } from 'vitest';
import { checkDocs } from './check-docs.mjs';

const pkg = { scripts: { start: '', test: '', 'check:deps': '' }, dependencies: { ws: '^8' }, devDependencies: {} };
const files = ['README.md', 'CHANGELOG.md', 'docs/dependencies.md', 'server/start.ts'];
const good = [
  { path: 'CHANGELOG.md', text: '## [Unreleased]\n' },
  { path: 'docs/dependencies.md', text: '| `ws` | sockets |\n' },
];
const errorsOf = (text, docs = good) =>
  checkDocs({ docs: [{ path: 'README.md', text }, ...docs], files, pkg, commands: ['board-list'] }).errors;

test.each([
  ['[a](docs/nothing.md)', 'not there'],
  ['![a](docs/images/a.png)', 'not there'],
  ['# One\n[a](#two)', 'no heading #two'],
  ['Run `npm run deploy`.', 'no script'],
  ['```sh\nnpm frobnicate\n```', 'no script'],
  ['`mbm board-fly`', 'no command'],
  ['See `server/nothing.ts`.', 'not there'],
])('%j is refused: %s', (text, reason) => {
  expect(errorsOf(text).join()).toContain(reason);
});

test('what is there passes', () => {
  const text =
    '# A b: c\n[x](#a-b-c) [d](docs/dependencies.md) `npm start` `npm ci` `mbm board-list` `server/start.ts`\n';
  expect(errorsOf(text)).toEqual([]);
});

test('decisions keep the names of their day', () => {
  const decision = { path: 'docs/decisions/0001-old.md', text: '`npm run gone`' };
  expect(errorsOf('', [...good, decision])).toEqual([]);
});

test('a dependency without a reason is refused, and a reason without a dependency', () => {
  const docs = [good[0], { path: 'docs/dependencies.md', text: '| `left-pad` | no |\n' }];
  expect(errorsOf('', docs)).toEqual([expect.stringContaining('why ws'), expect.stringContaining('left-pad is not')]);
});

test('a change log without Unreleased is refused', () => {
  expect(errorsOf('', [good[1], { path: 'CHANGELOG.md', text: '# Changes' }]).join()).toContain('Unreleased');
});
