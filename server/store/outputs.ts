/** Queries about what programs wrote: pieces by byte offset, head and tail kept. */
import { and, asc, eq, gte, lt, sql } from 'drizzle-orm';
import type { BoardId, JobId, TeamId } from '#lib/api/schema.ts';
import type { Db } from './database.ts';
import { outputs } from './schema.ts';
import { prepareWrite } from './statements.ts';

export interface OutputKey {
  readonly teamId: TeamId;
  readonly jobId: JobId;
  readonly boardId: BoardId;
}

export interface OutputPiece {
  readonly from: number;
  readonly bytes: Uint8Array;
}

export interface OutputQueries {
  /** For the writer of a transaction. */
  insertPiece(key: OutputKey, piece: OutputPiece): void;
  /** For the writer of a transaction: forgets the pieces that begin in [from, to). */
  deletePieces(key: OutputKey, from: number, to: number): void;
  /** Pieces that begin at `from` or later, in order, at most `limit`. */
  listPieces(key: OutputKey, from: number, limit: number): Promise<readonly OutputPiece[]>;
  /** Where each kept piece lies; to go on writing after a restart. */
  listPieceRanges(key: OutputKey): readonly { readonly from: number; readonly sizeBytes: number }[];
}

export function createOutputQueries(db: Db): OutputQueries {
  const of = (key: OutputKey) =>
    and(eq(outputs.teamId, key.teamId), eq(outputs.jobId, key.jobId), eq(outputs.boardId, key.boardId));
  const { placeholder } = sql;
  const insert = prepareWrite(
    db,
    db.insert(outputs).values({
      teamId: placeholder('teamId'),
      jobId: placeholder('jobId'),
      boardId: placeholder('boardId'),
      from: placeholder('from'),
      bytes: placeholder('bytes'),
    }),
  );
  const remove = db
    .delete(outputs)
    .where(
      and(
        eq(outputs.teamId, placeholder('teamId')),
        eq(outputs.jobId, placeholder('jobId')),
        eq(outputs.boardId, placeholder('boardId')),
        gte(outputs.from, placeholder('from')),
        lt(outputs.from, placeholder('to')),
      ),
    )
    .prepare();
  return {
    insertPiece: ({ teamId, jobId, boardId }, { from, bytes }) =>
      insert({ teamId, jobId, boardId, from, bytes: Buffer.from(bytes) }),
    deletePieces: ({ teamId, jobId, boardId }, from, to) => void remove.run({ teamId, jobId, boardId, from, to }),
    listPieces: async (key, from, limit) =>
      db
        .select({ from: outputs.from, bytes: outputs.bytes })
        .from(outputs)
        .where(and(of(key), gte(outputs.from, from)))
        .orderBy(asc(outputs.from))
        .limit(limit)
        .all(),
    listPieceRanges: (key) =>
      db
        .select({ from: outputs.from, bytes: outputs.bytes })
        .from(outputs)
        .where(of(key))
        .orderBy(asc(outputs.from))
        .all()
        .map((piece) => ({ from: piece.from, sizeBytes: piece.bytes.length })),
  };
}
