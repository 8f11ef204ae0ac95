/** Tables for people: as wide as their content, and never wider than the terminal. */
import { neutralise } from './output.ts';

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly right?: boolean;
  /** Applied after the width is known, since colours have none. */
  readonly paint?: (row: Row, padded: string) => string;
}

const GAP = '  ';
const SHORTEST = 4;

/** `columns` undefined: as wide as it needs to be. */
export function formatTable<Row>(
  shape: readonly Column<Row>[],
  rows: readonly Row[],
  columns?: number,
): readonly string[] {
  const cells = rows.map((row) => shape.map((column) => oneLine(column.text(row))));
  const wanted = shape.map(({ title }, at) => Math.max(title.length, ...cells.map((row) => lengthOf(row[at] ?? ''))));
  const widths = columns === undefined ? wanted : shrink(wanted, columns - GAP.length * (shape.length - 1));
  const head = shape.map((column, at) => pad(column.title, widths[at] ?? 0, column.right));
  const body = rows.map((row, line) =>
    shape.map((column, at) => {
      const padded = pad(cells[line]?.[at] ?? '', widths[at] ?? 0, column.right);
      return column.paint ? column.paint(row, padded) : padded;
    }),
  );
  return [head, ...body].map((line) => line.join(GAP).trimEnd());
}

/** Takes from the widest column, one by one, until the line fits. */
function shrink(wanted: readonly number[], room: number): readonly number[] {
  const widths = [...wanted];
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= SHORTEST) break;
    widths[widths.indexOf(widest)] = widest - 1;
    excess -= 1;
  }
  return widths;
}

function pad(text: string, width: number, right = false): string {
  const cut = lengthOf(text) > width ? `${[...text].slice(0, width - 1).join('')}…` : text;
  const space = ' '.repeat(Math.max(0, width - lengthOf(cut)));
  return right ? space + cut : cut + space;
}

const lengthOf = (text: string) => [...text].length;
/** Facts come from boards: a line end in one would break the table, an escape sequence the terminal. */
const oneLine = (text: string) => neutralise(text.replace(/[\r\n\t]+/g, ' '));
