import { describe, expect, it } from 'vitest';
import { type Board, boardIdSchema } from '#lib/api/schema.ts';
import { filterBoards, sortBoards, viewFromParams } from './board-order.ts';

function board(name: string, facts: Partial<Board> = {}): Board {
  const at = '2026-01-01T00:00:00.000Z';
  return {
    id: boardIdSchema.parse('1'.repeat(32)),
    name,
    platform: 'esp8266',
    firmware: '1.27.0',
    machine: null,
    state: 'online',
    stateSince: at,
    lastSeenAt: at,
    memFreeBytes: null,
    fsFreeBytes: null,
    fsTotalBytes: null,
    rssiDbm: null,
    uptimeS: null,
    chipId: null,
    clientVersion: null,
    resetCause: null,
    boots: null,
    safeMode: false,
    safeModeReason: null,
    virtual: false,
    address: null,
    createdAt: at,
    ...facts,
  };
}
const view = (query: string) => viewFromParams(new URLSearchParams(query));
const names = (boards: readonly Board[]) => boards.map((each) => each.name);

describe('sortBoards', () => {
  it('counts the numbers in names', () => {
    expect(names(sortBoards([board('b-10'), board('b-9')], view('')))).toEqual(['b-9', 'b-10']);
  });
  it.each(['sort=memory', 'sort=memory&dir=desc'])('puts what is not known last with %s', (query) => {
    const boards = [board('a'), board('b', { memFreeBytes: 2 }), board('c', { memFreeBytes: 1 })];
    expect(names(sortBoards(boards, view(query))).at(-1)).toBe('a');
  });
  it('leaves the list it was given as it was', () => {
    const boards = [board('b'), board('a')];
    sortBoards(boards, view(''));
    expect(names(boards)).toEqual(['b', 'a']);
  });
});

describe('filterBoards', () => {
  const boards = [board('kitchen', { state: 'offline' }), board('roof', { platform: 'esp32' })];
  it('wants every word somewhere', () => expect(names(filterBoards(boards, view('q=ROOF esp32')))).toEqual(['roof']));
  it('keeps the chosen states', () =>
    expect(names(filterBoards(boards, view('state=offline,busy')))).toEqual(['kitchen']));
  it('ignores a state that does not exist', () => expect(filterBoards(boards, view('state=asleep'))).toHaveLength(2));
});
