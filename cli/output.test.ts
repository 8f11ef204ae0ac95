import { expect, test } from 'vitest';
import { readCliConfig } from './config.ts';
import { createOutput, executingHeader, neutralise, type Stream } from './output.ts';

interface Recorder extends Stream {
  readonly text: () => string;
}

function recorder(isTTY: boolean): Recorder {
  let text = '';
  return {
    isTTY,
    columns: 80,
    write(chunk) {
      text += chunk;
      return true;
    },
    once: () => undefined,
    text: () => text,
  };
}

test('the header is 80 columns wide, and whole for a long name', () => {
  expect(executingHeader('esp8266-1')).toBe(`## Executing on 'esp8266-1' ${'#'.repeat(52)}`);
  expect(executingHeader('esp8266-1')).toHaveLength(80);
  expect(executingHeader('b'.repeat(80))).toContain(`'${'b'.repeat(80)}'`);
});

test('a board cannot steer the terminal, while a pipe gets what the board wrote', async () => {
  const evil = '\u001b[2J\u001b]0;title\u0007\u009bA ok\r\n\tdone\u007f';
  const terminal = recorder(true);
  await createOutput(terminal, recorder(true), readCliConfig({})).fromBoard(evil);
  expect(terminal.text()).toBe('␛[2J␛]0;title␇\ufffdA ok\r\n\tdone␡');
  const pipe = recorder(false);
  await createOutput(pipe, recorder(true), readCliConfig({})).fromBoard(evil);
  expect(pipe.text()).toBe(evil);
});

test('text in any script goes through as it is', () => {
  expect(neutralise('Grüße, 世界 😀\n')).toBe('Grüße, 世界 😀\n');
});

test('colours appear on a terminal only, and not with NO_COLOR', () => {
  const painted = (isTTY: boolean, env: Record<string, string>) =>
    createOutput(recorder(isTTY), recorder(isTTY), readCliConfig(env)).paint('red', 'x');
  expect(painted(true, {})).toBe('\u001b[31mx\u001b[0m');
  expect(painted(true, { NO_COLOR: '1' })).toBe('x');
  expect(painted(true, { NO_COLOR: '' })).toBe('\u001b[31mx\u001b[0m');
  expect(painted(false, {})).toBe('x');
});

test('trouble goes to stderr and ends with one line end', () => {
  const stderr = recorder(false);
  createOutput(recorder(false), stderr, readCliConfig({})).trouble('Traceback\nValueError\n\n');
  expect(stderr.text()).toBe('Traceback\nValueError\n');
});

test('a slow reader is waited for', async () => {
  let drained: () => void = () => undefined;
  const slow: Stream = { isTTY: false, write: () => false, once: (_event, listener) => (drained = listener) };
  let isWritten = false;
  const written = createOutput(slow, recorder(false), readCliConfig({}))
    .fromBoard('x')
    .then(() => {
      isWritten = true;
    });
  await Promise.resolve();
  expect(isWritten).toBe(false);
  drained();
  await written;
});
