import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boardIdSchema, teamIdSchema } from '#lib/api/schema.ts';
import { type KeyPlace, unwrapKey, wrapKey } from './key-wrap.ts';
import { aBoard, reopen, temporaryFolder } from './store.fixture.ts';
import type { Store } from './store.ts';

const place: KeyPlace = {
  teamId: teamIdSchema.parse('team_0000000000000001'),
  boardId: boardIdSchema.parse('a'.repeat(32)),
  epoch: 3,
};
const keyEncryptionKey = Buffer.alloc(32, 7);
const key = Buffer.alloc(32, 9);

describe('wrapped key', () => {
  it('opens at its place, is another one each time, and does not show the key', () => {
    const wrapped = wrapKey(keyEncryptionKey, place, key);
    expect(unwrapKey(keyEncryptionKey, place, wrapped).equals(key)).toBe(true);
    expect(wrapKey(keyEncryptionKey, place, key).equals(wrapped)).toBe(false);
    expect(wrapped.includes(key)).toBe(false);
  });

  it.each([
    ['team', { ...place, teamId: teamIdSchema.parse('team_0000000000000002') }],
    ['board', { ...place, boardId: boardIdSchema.parse('b'.repeat(32)) }],
    ['epoch', { ...place, epoch: 4 }],
  ])('moved to another %s does not open', (_what, other) => {
    const wrapped = wrapKey(keyEncryptionKey, place, key);
    expect(() => unwrapKey(keyEncryptionKey, other, wrapped)).toThrow();
  });

  it('with any bit changed, or cut short, does not open', () => {
    const wrapped = wrapKey(keyEncryptionKey, place, key);
    fc.assert(
      fc.property(fc.nat(wrapped.length * 8 - 1), (bit) => {
        const changed = Buffer.from(wrapped);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => unwrapKey(keyEncryptionKey, place, changed)).toThrow();
      }),
    );
    for (let length = 0; length < wrapped.length; length += 1)
      expect(() => unwrapKey(keyEncryptionKey, place, wrapped.subarray(0, length))).toThrow();
  });
});

describe('keys of a board', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let store: Store;
  beforeEach(async () => {
    folder = temporaryFolder();
    store = reopen(folder.dir);
  });
  afterEach(() => {
    store.close();
    folder.remove();
  });

  async function aStoredBoard() {
    const team = await store.users.ensureFirstTeam('A', 1);
    const board = aBoard(team.id, 1);
    await store.boards.insertBoard(board, () => store.keys.insertFirstKey(team.id, board.id, { epoch: 1, key }));
    return board;
  }

  it('begin with one that must be rotated', async () => {
    const { id, teamId } = await aStoredBoard();
    expect(await store.keys.findKeys(id)).toEqual({
      teamId,
      current: { epoch: 1, key },
      next: undefined,
      singleUse: true,
    });
  });

  it('are two until the next one has been used, and then it is the only one', async () => {
    const { id } = await aStoredBoard();
    const next = Buffer.alloc(32, 5);
    await store.keys.saveNextKey(id, { epoch: 2, key: Buffer.alloc(32, 4) });
    await store.keys.saveNextKey(id, { epoch: 2, key: next });
    expect(await store.keys.findKeys(id)).toMatchObject({
      current: { epoch: 1 },
      next: { epoch: 2, key: next },
      singleUse: true,
    });
    store.close();
    store = reopen(folder.dir);
    await store.keys.confirmNextKey(id, 2);
    expect(await store.keys.findKeys(id)).toMatchObject({
      current: { epoch: 2, key: next },
      next: undefined,
      singleUse: false,
    });
  });

  it('stay when an epoch is confirmed that was never given', async () => {
    const { id } = await aStoredBoard();
    await store.keys.saveNextKey(id, { epoch: 2, key });
    await store.keys.confirmNextKey(id, 7);
    expect(await store.keys.findKeys(id)).toMatchObject({ current: { epoch: 1 }, next: { epoch: 2 } });
  });

  it('are gone with their board', async () => {
    const { id, teamId } = await aStoredBoard();
    await store.boards.deleteBoard(teamId, id);
    expect(await store.keys.findKeys(id)).toBeUndefined();
    await store.keys.saveNextKey(id, { epoch: 2, key });
    expect(await store.keys.findKeys(id)).toBeUndefined();
  });
});
