/** Queries about board keys: unwrapped on the way out, wrapped on the way in. */
import { and, eq } from 'drizzle-orm';
import type { BoardId, TeamId } from '#lib/api/schema.ts';
import type { BoardKey, KeyStore } from '#server/hub/ports.ts';
import type { Commits } from './commits.ts';
import type { Db } from './database.ts';
import { placeOfKey, unwrap, wrap } from './key-wrap.ts';
import { boardKeys, boards } from './schema.ts';

export interface KeyQueries extends KeyStore {
  /** For the writer of a transaction. The key that provisioning gives a board; it must be rotated at the first connection. */
  insertFirstKey(teamId: TeamId, boardId: BoardId, key: BoardKey, expiresAt?: number): void;
  /** For the writer of a transaction. Every older key of the board is deleted; answers the epoch of the new one. */
  replaceKeys(teamId: TeamId, boardId: BoardId, key: Uint8Array): number;
}

export function createKeyQueries(db: Db, commits: Commits, keyEncryptionKey: Uint8Array): KeyQueries {
  type KeyRow = typeof boardKeys.$inferSelect;
  const wrapped = (teamId: TeamId, boardId: BoardId, key: BoardKey) =>
    wrap(keyEncryptionKey, placeOfKey({ teamId, boardId, epoch: key.epoch }), key.key);
  const unwrapped = (row: KeyRow): BoardKey => ({
    epoch: row.epoch,
    key: unwrap(keyEncryptionKey, placeOfKey(row), row.wrapped),
  });
  const isNext = (boardId: BoardId) => and(eq(boardKeys.boardId, boardId), eq(boardKeys.place, 'next'));

  const keysOf = (boardId: BoardId) => db.select().from(boardKeys).where(eq(boardKeys.boardId, boardId)).all();

  function insertFirstKey(teamId: TeamId, boardId: BoardId, key: BoardKey, expiresAt?: number): void {
    const row = { boardId, teamId, epoch: key.epoch, wrapped: wrapped(teamId, boardId, key), createdAt: Date.now() };
    db.insert(boardKeys)
      .values({ ...row, place: 'current', singleUse: true, expiresAt })
      .run();
  }

  return {
    insertFirstKey,
    replaceKeys(teamId, boardId, key) {
      // Epochs never come back: a session that still holds the old key cannot be taken for one with the new.
      const epoch = Math.max(0, ...keysOf(boardId).map((row) => row.epoch)) + 1;
      db.delete(boardKeys).where(eq(boardKeys.boardId, boardId)).run();
      insertFirstKey(teamId, boardId, { epoch, key });
      return epoch;
    },
    // A board names only its id before it is known, so there is no team to ask for here.
    async findKeys(boardId) {
      const rows = keysOf(boardId);
      const current = rows.find((row) => row.place === 'current');
      const next = rows.find((row) => row.place === 'next');
      // A next key says that the first one was used in time.
      if (!current || (!next && current.expiresAt !== null && current.expiresAt <= Date.now())) return undefined;
      return {
        teamId: current.teamId,
        current: unwrapped(current),
        next: next && unwrapped(next),
        singleUse: current.singleUse,
      };
    },
    saveNextKey: (boardId, next) =>
      commits.durable(() => {
        const teamId = db.select({ teamId: boards.teamId }).from(boards).where(eq(boards.id, boardId)).get()?.teamId;
        if (!teamId) return;
        // The board was provisioned anew meanwhile: what follows from its old key is worth nothing.
        if (!keysOf(boardId).some((row) => row.place === 'current' && row.epoch < next.epoch)) return;
        db.delete(boardKeys).where(isNext(boardId)).run();
        db.insert(boardKeys)
          .values({
            boardId,
            teamId,
            epoch: next.epoch,
            wrapped: wrapped(teamId, boardId, next),
            place: 'next',
            singleUse: false,
            createdAt: Date.now(),
          })
          .run();
      }),
    confirmNextKey: (boardId, epoch) =>
      commits.durable(() => {
        const confirmed = db
          .update(boardKeys)
          .set({ place: 'current' })
          .where(and(isNext(boardId), eq(boardKeys.epoch, epoch)))
          .returning()
          .all();
        const [row] = confirmed;
        if (!row) return;
        for (const old of keysOf(boardId)) {
          if (old.epoch === row.epoch) continue;
          db.delete(boardKeys)
            .where(and(eq(boardKeys.boardId, boardId), eq(boardKeys.epoch, old.epoch)))
            .run();
        }
      }),
  };
}
