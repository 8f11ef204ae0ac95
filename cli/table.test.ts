import { expect, test } from 'vitest';
import { formatAge, formatBytes } from './quantities.ts';
import { type Column, formatTable } from './table.ts';

interface Row {
  readonly name: string;
  readonly heap: string;
}
const shape: readonly Column<Row>[] = [
  { title: 'NAME', text: (row) => row.name },
  { title: 'HEAP', text: (row) => row.heap, right: true },
];

test('columns are as wide as their content', () => {
  const rows = [
    { name: 'esp8266-1', heap: '28.1 KB' },
    { name: 'b', heap: '—' },
  ];
  expect(formatTable(shape, rows)).toEqual(['NAME          HEAP', 'esp8266-1  28.1 KB', 'b                —']);
});

test('a table never is wider than the terminal: the widest column gives way', () => {
  const rows = [{ name: 'a-very-long-name-of-a-board', heap: '28.1 KB' }];
  const lines = formatTable(shape, rows, 24);
  expect(lines[1]).toBe('a-very-long-na…  28.1 KB');
  expect(lines.every((line) => [...line].length <= 24)).toBe(true);
});

test('a very narrow terminal still gets four letters of each column', () => {
  expect(formatTable(shape, [{ name: 'abcdefgh', heap: '12345678' }], 5)).toEqual(['NAME  HEAP', 'abc…  123…']);
});

test('facts of a board cannot break the table or steer the terminal', () => {
  expect(formatTable(shape, [{ name: 'a\nb\u001b[2J', heap: '1' }])[1]).toBe('a b␛[2J     1');
});

test('colours do not count as width', () => {
  const painted = [{ ...shape[0]!, paint: (_row: Row, text: string) => `<${text}>` }, shape[1]!];
  expect(formatTable(painted, [{ name: 'ab', heap: '1' }])[1]).toBe('<ab  >     1');
});

test('bytes and ages as people read them', () => {
  expect([null, 0, 1023, 1024, 28_800, 1024 * 1024].map(formatBytes)).toEqual([
    '—',
    '0 B',
    '1023 B',
    '1.0 KB',
    '28.1 KB',
    '1.0 MB',
  ]);
  const now = Date.parse('2026-01-02T00:00:00.000Z');
  const age = (seconds: number) => formatAge(new Date(now - seconds * 1000).toISOString(), now);
  expect([0, 119, 120, 7199, 7200, 172_799, 172_800].map(age)).toEqual([
    '0 s ago',
    '119 s ago',
    '2 min ago',
    '119 min ago',
    '2 h ago',
    '47 h ago',
    '2 days ago',
  ]);
  expect(age(-5)).toBe('0 s ago');
  expect(formatAge(null, now)).toBe('never');
});
