/** Queries about boards. Facts that boards report are collected and written together once a second: the newest wins. */
import { and, count, desc, eq, isNotNull, isNull, lte, or, sql } from 'drizzle-orm';
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
  /**
   * The team's board with that chip, or else this new one; undefined when its name is taken. `alongside` writes what belongs to
   * it, in the same transaction. Who comes second in the same moment meets the board of the first.
   */
  provisionBoard<T>(
    board: ProvisionedBoard,
    alongside: (board: StoredBoard, known: boolean) => T,
  ): Promise<{ readonly board: StoredBoard; readonly known: boolean; readonly also: T } | undefined>;
  /** Ids of a bundle that wait for their boards. False, and none is written, when the team then had more than `max`. */
  reserveBoards(teamId: TeamId, rows: readonly Reservation[], max: number, alongside: () => void): Promise<boolean>;
  /** Of all teams, with their keys. */
  deleteReservationsUntil(time: number): Promise<void>;
  /** A reserved id has become a board. Undefined when it is not reserved (any more), `taken` when the name is another's. */
  adoptBoard(
    boardId: BoardId,
    facts: Pick<StoredBoard, 'name' | 'platform' | 'createdAt'>,
  ): Promise<StoredBoard | 'taken' | undefined>;
  /** Facts that still wait are written with the next commit. */
  flushFacts(): void;
}

/** A board at the other end of a cable: its chip is known. */
export type ProvisionedBoard = StoredBoard & {
  readonly chipId: string;
  readonly mac: string | null;
  readonly platform: string | null;
};
export type Reservation = Pick<StoredBoard, 'id' | 'createdAt'> & { readonly reservedUntil: number };

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
      return db.select().from(boards).where(isNull(boards.reservedUntil)).all();
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
    provisionBoard: (board, alongside) => commits.durable(() => provision(db, board, alongside)),
    ...createReservationQueries(db, commits),
  };
}

function provision<T>(db: Db, board: ProvisionedBoard, alongside: (board: StoredBoard, known: boolean) => T) {
  const old = findByChip(db, board.teamId, board.chipId);
  if (!old) {
    if (db.insert(boards).values(board).onConflictDoNothing().run().changes === 0) return undefined;
    return { board, known: false, also: alongside(board, false) };
  }
  const { chipId, mac, platform } = board;
  db.update(boards).set({ chipId, mac, platform }).where(eq(boards.id, old.id)).run();
  const known = { ...old, chipId, mac, platform };
  return { board: known, known: true, also: alongside(known, true) };
}

/** A board that never came by cable has told its chip itself; a virtual one has none that could be flashed. */
function findByChip(db: Db, teamId: TeamId, chipId: string): StoredBoard | undefined {
  const told = and(isNull(boards.chipId), eq(sql`json_extract(${boards.info}, '$.chip')`, chipId));
  return db
    .select()
    .from(boards)
    .where(and(eq(boards.teamId, teamId), eq(boards.virtual, false), or(eq(boards.chipId, chipId), told)))
    .orderBy(desc(isNotNull(boards.chipId)), desc(boards.lastSeenAt))
    .get();
}

function createReservationQueries(
  db: Db,
  commits: Commits,
): Pick<BoardQueries, 'reserveBoards' | 'deleteReservationsUntil' | 'adoptBoard'> {
  return {
    reserveBoards: (teamId, rows, max, alongside) =>
      commits.durable(() => {
        const waiting = and(eq(boards.teamId, teamId), isNotNull(boards.reservedUntil));
        const now = db.select({ rows: count() }).from(boards).where(waiting).get()?.rows ?? 0;
        if (now + rows.length > max) return false;
        // No board of a person can be called like that.
        const values = rows.map((row) => ({ ...row, teamId, name: `~${row.id}`, virtual: false }));
        db.insert(boards).values(values).run();
        alongside();
        return true;
      }),
    deleteReservationsUntil: (time) =>
      commits.durable(() => {
        db.delete(boards).where(lte(boards.reservedUntil, time)).run();
      }),
    adoptBoard: (boardId, facts) =>
      commits.durable(() => {
        const row = db
          .select()
          .from(boards)
          .where(and(eq(boards.id, boardId), isNotNull(boards.reservedUntil)))
          .get();
        if (!row) return undefined;
        const sameName = and(eq(boards.teamId, row.teamId), eq(boards.name, facts.name));
        if (db.select({ id: boards.id }).from(boards).where(sameName).get()) return 'taken';
        const adopted = { ...facts, reservedUntil: null };
        db.update(boards).set(adopted).where(eq(boards.id, boardId)).run();
        return { ...row, ...adopted };
      }),
  };
}
