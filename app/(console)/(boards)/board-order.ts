/** What of the boards is shown, and in which order: pure functions of the list and the address. */
import { type Board, type BoardState, boardStates } from '#lib/api/schema.ts';

export const boardColumns = ['name', 'state', 'platform', 'firmware', 'memory', 'signal'] as const;
export type BoardColumn = (typeof boardColumns)[number];

export interface BoardView {
  readonly text: string;
  /** Empty: all states. */
  readonly states: readonly BoardState[];
  readonly column: BoardColumn;
  readonly descending: boolean;
}

interface Params {
  get(name: string): string | null;
}

/** Reads the view out of the search params; what cannot be read is left out. */
export function viewFromParams(params: Params): BoardView {
  const wanted = (params.get('state') ?? '').split(',');
  return {
    text: params.get('q') ?? '',
    states: boardStates.filter((state) => wanted.includes(state)),
    column: boardColumns.find((column) => column === params.get('sort')) ?? 'name',
    descending: params.get('dir') === 'desc',
  };
}

function matches(board: Board, words: readonly string[]): boolean {
  const text = [
    board.name,
    board.platform,
    board.firmware,
    board.machine,
    board.chipId,
    board.address,
    board.virtual && 'virtual',
  ]
    .filter(Boolean)
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

export function filterBoards(boards: readonly Board[], view: BoardView): readonly Board[] {
  const words = view.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && view.states.length === 0) return boards;
  return boards.filter(
    (board) => (view.states.length === 0 || view.states.includes(board.state)) && matches(board, words),
  );
}

// `esp8266-10` after `esp8266-9`.
const naturally = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

type Key = string | number | null;

const keyOf: Record<BoardColumn, (board: Board) => Key> = {
  name: (board) => board.name,
  state: (board) => boardStates.indexOf(board.state),
  platform: (board) => board.platform,
  firmware: (board) => board.firmware,
  memory: (board) => board.memFreeBytes,
  signal: (board) => board.rssiDbm,
};

function compareKeys(a: Key, b: Key): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return naturally.compare(String(a), String(b));
}

/** What is not known stands last in either direction; equal keys are ordered by name. */
export function sortBoards(boards: readonly Board[], view: BoardView): readonly Board[] {
  const key = keyOf[view.column];
  const sign = view.descending ? -1 : 1;
  return boards.toSorted((a, b) => {
    const [left, right] = [key(a), key(b)];
    if (left === null || right === null)
      return Number(left === null) - Number(right === null) || naturally.compare(a.name, b.name);
    return sign * compareKeys(left, right) || naturally.compare(a.name, b.name);
  });
}

export function countStates(boards: readonly Board[]): Record<BoardState, number> {
  const counts = { online: 0, busy: 0, offline: 0 };
  for (const board of boards) counts[board.state] += 1;
  return counts;
}
