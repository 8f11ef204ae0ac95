import { expect, test } from 'vitest';
import { STAGED_PATH, stageProgram, tracebackOfStaged } from './staging.ts';

const textOf = (source: string) => Buffer.from(stageProgram(source).content).toString();

test('the program’s first line names the module, without moving a line where it can', () => {
  expect(textOf('import os\nx()')).toBe("__name__='__main__';import os\nx()");
  expect(textOf('# a script\nx()')).toBe("__name__='__main__';# a script\nx()");
  expect(textOf('"""words\nmore"""')).toBe('__name__=\'__main__\';"""words\nmore"""');
  expect(textOf('\nx()')).toBe("__name__='__main__';\nx()");
  expect(stageProgram('import os').linesBefore).toBe(0);
});

test('a first line that cannot stand behind a semicolon is moved down', () => {
  for (const first of [
    'for i in x:',
    'def f():',
    'class A:',
    '@f',
    'if 1:',
    'while 1:',
    'try:',
    'with x:',
    'async def f():',
  ]) {
    const program = stageProgram(`${first}\n pass`);
    expect([program.linesBefore, Buffer.from(program.content).toString()]).toEqual([
      1,
      `__name__='__main__'\n${first}\n pass`,
    ]);
  }
  expect(stageProgram('format(1)').linesBefore).toBe(0);
  expect(stageProgram('iffy = 1').linesBefore).toBe(0);
});

const TRACEBACK = `Traceback (most recent call last):
  File "<string>", line 4, in <module>
  File "${STAGED_PATH}", line 12, in <module>
  File "${STAGED_PATH}", line 3, in half
  File "/lib/other.py", line 9, in other
ZeroDivisionError: divide by zero
`;

test('a traceback says what it would say of a program that was not staged', () => {
  expect(tracebackOfStaged(TRACEBACK, stageProgram('def half():\n pass'))).toBe(`Traceback (most recent call last):
  File "<string>", line 11, in <module>
  File "<string>", line 2, in half
  File "/lib/other.py", line 9, in other
ZeroDivisionError: divide by zero
`);
  expect(tracebackOfStaged(TRACEBACK, stageProgram('x = 1'))).toContain('  File "<string>", line 12, in <module>\n');
});

test('a program that cannot be compiled has no frame of the launcher’s', () => {
  const head = 'Traceback (most recent call last):\n';
  const launcher = '  File "<string>", line 5, in <module>\n';
  expect(tracebackOfStaged(`${head}${launcher}MemoryError: \n`, stageProgram('x = 1'))).toBe(`${head}MemoryError: \n`);
  const syntax = `  File "${STAGED_PATH}", line 3\nSyntaxError: invalid syntax\n`;
  expect(tracebackOfStaged(head + launcher + syntax, stageProgram('if 1:'))).toBe(
    `${head}  File "<string>", line 2\nSyntaxError: invalid syntax\n`,
  );
});
