/** Queries about sign-ins, by the SHA-256 of their token. The token itself is the proof, so it comes before any team is known. */
import { and, eq, lt } from 'drizzle-orm';
import type { TeamId } from '#lib/api/schema.ts';
import type { Commits } from './commits.ts';
import type { Db } from './database.ts';
import { sessions } from './schema.ts';

export type SessionRow = typeof sessions.$inferSelect;

export interface SessionQueries {
  insertSession(row: SessionRow): Promise<void>;
  findSessionRow(tokenHash: string): Promise<SessionRow | undefined>;
  touchSession(teamId: TeamId, tokenHash: string, lastUsedAt: number): Promise<void>;
  deleteSession(teamId: TeamId, tokenHash: string): Promise<void>;
  deleteSessionsUnusedSince(time: number): Promise<void>;
}

export function createSessionQueries(db: Db, commits: Commits): SessionQueries {
  const one = (teamId: TeamId, tokenHash: string) =>
    and(eq(sessions.teamId, teamId), eq(sessions.tokenHash, tokenHash));
  return {
    insertSession: (row) => commits.durable(() => void db.insert(sessions).values(row).run()),
    findSessionRow: async (tokenHash) => db.select().from(sessions).where(eq(sessions.tokenHash, tokenHash)).get(),
    async touchSession(teamId, tokenHash, lastUsedAt) {
      commits.relaxed(() => db.update(sessions).set({ lastUsedAt }).where(one(teamId, tokenHash)).run());
    },
    deleteSession: (teamId, tokenHash) =>
      commits.durable(() => void db.delete(sessions).where(one(teamId, tokenHash)).run()),
    async deleteSessionsUnusedSince(time) {
      commits.relaxed(() => db.delete(sessions).where(lt(sessions.lastUsedAt, time)).run());
    },
  };
}
