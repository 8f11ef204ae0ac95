import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boardIdSchema, teamIdSchema } from '#lib/api/schema.ts';
import { type KeyPlace, placeOfKey, unwrap, wrap } from './key-wrap.ts';
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
    const wrapped = wrap(keyEncryptionKey, placeOfKey(place), key);
    expect(unwrap(keyEncryptionKey, placeOfKey(place), wrapped).equals(key)).toBe(true);
    expect(wrap(keyEncryptionKey, placeOfKey(place), key).equals(wrapped)).toBe(false);
    expect(wrapped.includes(key)).toBe(false);
  });

  it.each([
    ['team', { ...place, teamId: teamIdSchema.parse('team_0000000000000002') }],
    ['board', { ...place, boardId: boardIdSchema.parse('b'.repeat(32)) }],
    ['epoch', { ...place, epoch: 4 }],
  ])('moved to another %s does not open', (_what, other) => {
    const wrapped = wrap(keyEncryptionKey, placeOfKey(place), key);
    expect(() => unwrap(keyEncryptionKey, placeOfKey(other), wrapped)).toThrow();
  });

  it('with any bit changed, or cut short, does not open', () => {
    const wrapped = wrap(keyEncryptionKey, placeOfKey(place), key);
    fc.assert(
      fc.property(fc.nat(wrapped.length * 8 - 1), (bit) => {
        const changed = Buffer.from(wrapped);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => unwrap(keyEncryptionKey, placeOfKey(place), changed)).toThrow();
      }),
    );
    for (let length = 0; length < wrapped.length; length += 1)
      expect(() => unwrap(keyEncryptionKey, placeOfKey(place), wrapped.subarray(0, length))).toThrow();
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

  it('that were not used until they expire open nothing; a next key says that the first was used', async () => {
    const { id, teamId } = await aStoredBoard();
    const reserve = (boardId: typeof id, expiresAt: number) =>
      store.boards.reserveBoards(teamId, [{ id: boardId, createdAt: 1, reservedUntil: expiresAt }], 10, () =>
        store.keys.insertFirstKey(teamId, boardId, { epoch: 1, key }, expiresAt),
      );
    const [late, early] = [boardIdSchema.parse('c'.repeat(32)), boardIdSchema.parse('d'.repeat(32))];
    await reserve(late, Date.now());
    await reserve(early, Date.now() + 60_000);
    expect(await store.keys.findKeys(late)).toBeUndefined();
    expect(await store.keys.findKeys(early)).toMatchObject({ singleUse: true });
    await store.keys.saveNextKey(late, { epoch: 2, key });
    expect(await store.keys.findKeys(late)).toMatchObject({ next: { epoch: 2 } });
    await store.boards.deleteReservationsUntil(Date.now());
    expect(await store.keys.findKeys(late)).toBeUndefined();
    expect(await store.keys.findKeys(early)).toBeDefined();
    expect(await store.boards.listAllBoards()).toHaveLength(1);
  });

  it('are replaced by provisioning, and nothing that follows from the old ones comes after them', async () => {
    const { id, teamId } = await aStoredBoard();
    await store.keys.saveNextKey(id, { epoch: 2, key });
    const fresh = Buffer.alloc(32, 3);
    const epoch = await store.commits.durable(() => store.keys.replaceKeys(teamId, id, fresh));
    const only = { teamId, current: { epoch: 3, key: fresh }, next: undefined, singleUse: true };
    expect([epoch, await store.keys.findKeys(id)]).toEqual([3, only]);
    // A session that began with the old key is still at work.
    await store.keys.confirmNextKey(id, 2);
    await store.keys.saveNextKey(id, { epoch: 2, key });
    await store.keys.saveNextKey(id, { epoch: 3, key });
    expect(await store.keys.findKeys(id)).toEqual(only);
  });

  it('are gone with their board', async () => {
    const { id, teamId } = await aStoredBoard();
    await store.boards.deleteBoard(teamId, id);
    expect(await store.keys.findKeys(id)).toBeUndefined();
    await store.keys.saveNextKey(id, { epoch: 2, key });
    expect(await store.keys.findKeys(id)).toBeUndefined();
  });
});
