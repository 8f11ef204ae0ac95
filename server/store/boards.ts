/** Queries about boards. Facts that boards report are collected and written together once a second: the newest wins. */
import { and, eq, sql } from 'drizzle-orm';
import type { BoardId, TeamId } from '#lib/api/schema.ts';
import type { BoardInfo } from '#lib/protocol/info.ts';
import type { BoardStore, StoredBoard } from '#server/hub/ports.ts';
import type { Commits } from './commits.ts';
import type { Db } from './database.ts';
import { boards } from './schema.ts';
import { prepareWrite } from './statements.ts';

const FACTS_EVERY_MS = 1_000;

export interface BoardQueries extends BoardStore {
  /** False when the team has a board of that name. `alongside` writes what belongs to it, in the same transaction. */
  insertBoard(board: StoredBoard, alongside?: () => void): Promise<boolean>;
  deleteBoard(teamId: TeamId, boardId: BoardId): Promise<void>;
  /** Facts that still wait are written with the next commit. */
  flushFacts(): void;
}

interface Facts {
  readonly info: BoardInfo;
  readonly lastSeenAt: number;
}

interface Batch {
  readonly facts: Map<BoardId, Facts>;
  readonly written: PromiseWithResolvers<void>;
}

export function createBoardQueries(db: Db, commits: Commits): BoardQueries {
  let batch: Batch | undefined;
  let timer: NodeJS.Timeout | undefined;
  const given = sql.placeholder;
  const writeFacts = prepareWrite(
    db,
    db
      .update(boards)
      .set({ info: sql`${sql.param(given('info'), boards.info)}`, lastSeenAt: sql`${given('lastSeenAt')}` })
      .where(eq(boards.id, given('id'))),
  );

  function flushFacts(): void {
    clearTimeout(timer);
    const { facts, written } = batch ?? {};
    batch = undefined;
    if (!facts || !written) return;
    const write = () => {
      for (const [id, { info, lastSeenAt }] of facts) writeFacts({ id, info, lastSeenAt });
    };
    commits.lazy(write).then(written.resolve, written.reject);
  }

  return {
    async listAllBoards() {
      return db.select().from(boards).all();
    },
    saveFacts(boardId, facts) {
      if (!batch) {
        batch = { facts: new Map(), written: Promise.withResolvers() };
        timer = setTimeout(flushFacts, FACTS_EVERY_MS).unref();
      }
      batch.facts.set(boardId, facts);
      return batch.written.promise;
    },
    insertBoard: (board, alongside) =>
      commits.durable(() => {
        const isNew = db.insert(boards).values(board).onConflictDoNothing().run().changes === 1;
        if (isNew) alongside?.();
        return isNew;
      }),
    async deleteBoard(teamId, boardId) {
      batch?.facts.delete(boardId);
      await commits.durable(() => {
        db.delete(boards)
          .where(and(eq(boards.teamId, teamId), eq(boards.id, boardId)))
          .run();
      });
    },
    flushFacts,
  };
}
