import { expect, test } from 'vitest';
import { checkStructure } from './check-structure.mjs';

const lines = (count, line = 'export const a = 1;') => `${line}\n`.repeat(count);
const errorsOf = (path, text = lines(1)) => checkStructure([{ path, text }]).errors;

test.each([
  ['lib/index.ts', 'names nothing'],
  ['server/hub/utils.ts', 'names nothing'],
  ['app/(console)/types.ts', 'names nothing'],
  ['lib/boardName.ts', 'kebab-case'],
  ['device/client/bootMain.py', 'snake_case'],
  ['app/(console)/board-list.tsx', 'belongs in'],
])('%s is refused: %s', (path, reason) => {
  expect(errorsOf(path).join()).toContain(reason);
});

test.each(['lib/board-name.ts', 'app/(console)/boards/[id]/page.tsx', 'app/_ui/button.tsx', 'device/client/cm_key.py'])(
  '%s is a good name',
  (path) => {
    expect(errorsOf(path)).toEqual([]);
  },
);

test('a file of 501 lines is refused, one of 301 is warned of', () => {
  expect(errorsOf('lib/long.ts', lines(501))).toHaveLength(1);
  expect(checkStructure([{ path: 'lib/long.ts', text: lines(301) }])).toMatchObject({ errors: [], warnings: [/301/] });
});

test('a page of 61 lines is refused', () => {
  expect(errorsOf('app/page.tsx', lines(61)).join()).toContain('at most 60');
});

test('a function of 61 lines is refused, and the line of its beginning is named', () => {
  const text = `// é\nexport function long() {\n${lines(59, '  call();')}}\n`;
  expect(errorsOf('lib/a.ts', text.replace('call', 'call'))).toHaveLength(1);
  expect(errorsOf('lib/a.ts', text)[0]).toContain('lib/a.ts:2:');
});

test('a factory is as long as what is not in its own functions', () => {
  const method = `  const a = () => {\n${lines(40, '    call();')}  };\n`;
  expect(errorsOf('lib/a.ts', `export function make() {\n${method.repeat(3)}}\n`)).toEqual([]);
});

test('a folder of the server without its own file is refused, and one whose file opens without a word', () => {
  expect(errorsOf('server/jobs/runner.ts').join()).toContain('no jobs.ts');
  expect(errorsOf('server/jobs/jobs.ts').join()).toContain('opens without');
  expect(errorsOf('server/jobs/jobs.ts', `// What it does.\n${lines(1)}`)).toEqual([]);
});
