/** Queries about boards. Facts that boards report are collected and written together once a second: the newest wins. */
import { and, eq } from 'drizzle-orm';
import type { BoardId, TeamId } from '#lib/api/schema.ts';
import type { BoardInfo } from '#lib/protocol/info.ts';
import type { BoardStore, StoredBoard } from '#server/hub/ports.ts';
import type { Commits } from './commits.ts';
import type { Db } from './database.ts';
import { boards } from './schema.ts';

const FACTS_EVERY_MS = 1_000;

export interface BoardQueries extends BoardStore {
  /** False when the team has a board of that name. `alongside` writes what belongs to it, in the same transaction. */
  insertBoard(board: StoredBoard, alongside?: () => void): Promise<boolean>;
  deleteBoard(teamId: TeamId, boardId: BoardId): Promise<void>;
  /** Writes facts that still wait. */
  flushFacts(): void;
}

interface Facts {
  readonly info: BoardInfo;
  readonly lastSeenAt: number;
}

export function createBoardQueries(db: Db, commits: Commits): BoardQueries {
  let waiting = new Map<BoardId, Facts>();
  let timer: NodeJS.Timeout | undefined;

  function flushFacts(): void {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = new Map();
    if (batch.size === 0) return;
    commits.relaxed(() => {
      for (const [boardId, facts] of batch) db.update(boards).set(facts).where(eq(boards.id, boardId)).run();
    });
  }

  return {
    async listAllBoards() {
      return db.select().from(boards).all();
    },
    async saveFacts(boardId, facts) {
      waiting.set(boardId, facts);
      timer ??= setTimeout(flushFacts, FACTS_EVERY_MS).unref();
    },
    insertBoard: (board, alongside) =>
      commits.durable(() => {
        const isNew = db.insert(boards).values(board).onConflictDoNothing().run().changes === 1;
        if (isNew) alongside?.();
        return isNew;
      }),
    async deleteBoard(teamId, boardId) {
      waiting.delete(boardId);
      await commits.durable(() => {
        db.delete(boards)
          .where(and(eq(boards.teamId, teamId), eq(boards.id, boardId)))
          .run();
      });
    },
    flushFacts,
  };
}
