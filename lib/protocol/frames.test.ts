import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as frames from './frames.ts';

const PROSE = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

/** Cells of all tables whose first row begins with that title. */
function tableOf(firstTitle: string): string[][] {
  const lines = PROSE.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${firstTitle} |`));
  expect(start, `a table "${firstTitle}"`).toBeGreaterThan(0);
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  const cells = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  return rows.slice(0, end).map(cells);
}

const pairs = (table: string[][], key: number, value: number, base = 10) =>
  Object.fromEntries(table.map((row) => [row[key], Number.parseInt(row[value]!, base)]));

test('docs/protocol.md lists the operations with their codes and ways', () => {
  const table = tableOf('code');
  expect(pairs(table, 1, 0, 16)).toEqual(frames.OP);
  for (const [code, name, way] of table) {
    expect(way, name).toBe(Number.parseInt(code!, 16) < 0x80 ? 'hub to board' : 'board to hub');
  }
});

test('docs/protocol.md lists the messages with their types and sizes', () => {
  expect(pairs(tableOf('message'), 0, 2)).toEqual({ M1: frames.M1_BYTES, M2: frames.M2_BYTES, M3: frames.M3_BYTES });
  for (const [name, , , fields] of tableOf('message')) {
    const type = { M1: frames.FRAME.m1, M2: frames.FRAME.m2, M3: frames.FRAME.m3 }[name!];
    expect(fields, name).toMatch(`\`0${type}\``);
  }
});

test('docs/protocol.md lists states, errors and close codes', () => {
  expect(pairs(tableOf('state of DONE'), 0, 1)).toEqual(frames.DONE_STATE);
  expect(pairs(tableOf('error of a board'), 0, 1)).toEqual(frames.BOARD_ERROR);
  const codes = tableOf('code').length > 0 ? PROSE.match(/^\| 4\d{3} \|/gm) : [];
  const ours = [frames.CLOSE_PROTOCOL, frames.CLOSE_REPLACED, frames.CLOSE_RECONNECT, frames.CLOSE_SILENT];
  expect(codes).toEqual(ours.map((code) => `| ${code} |`));
});

test('docs/protocol.md has the numbers of frames.ts', () => {
  for (const [name, value] of tableOf('name')) expect(Reflect.get(frames, name!), name).toBe(Number(value));
});
