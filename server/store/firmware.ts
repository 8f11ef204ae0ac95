/** Queries about firmware that people brought. The same file brought by two teams is two rows. */
import { and, count, desc, eq } from 'drizzle-orm';
import type { TeamId } from '#lib/api/schema.ts';
import type { Commits } from './commits.ts';
import type { Db } from './database.ts';
import { firmwareUploads } from './schema.ts';

export type UploadRow = typeof firmwareUploads.$inferSelect;

export interface FirmwareQueries {
  /** Newest first. */
  listUploads(teamId: TeamId): Promise<readonly UploadRow[]>;
  findUpload(teamId: TeamId, sha256: string): Promise<UploadRow | undefined>;
  /** Brought again it gets its new name. False when the team has `max` others. */
  saveUpload(upload: UploadRow, max: number): Promise<boolean>;
  deleteUpload(teamId: TeamId, sha256: string): Promise<void>;
  /** In any team. */
  isUploaded(sha256: string): Promise<boolean>;
}

export function createFirmwareQueries(db: Db, commits: Commits): FirmwareQueries {
  const ofTeam = (teamId: TeamId) => eq(firmwareUploads.teamId, teamId);
  const one = (teamId: TeamId, sha256: string) => and(ofTeam(teamId), eq(firmwareUploads.sha256, sha256));
  const find = (teamId: TeamId, sha256: string) => db.select().from(firmwareUploads).where(one(teamId, sha256)).get();

  return {
    async listUploads(teamId) {
      const rows = db.select().from(firmwareUploads).where(ofTeam(teamId));
      return rows.orderBy(desc(firmwareUploads.createdAt), desc(firmwareUploads.sha256)).all();
    },
    async findUpload(teamId, sha256) {
      return find(teamId, sha256);
    },
    saveUpload: (upload, max) =>
      commits.durable(() => {
        const { teamId, sha256, name } = upload;
        const rows = db.select({ rows: count() }).from(firmwareUploads).where(ofTeam(teamId)).get()?.rows ?? 0;
        if (!find(teamId, sha256) && rows >= max) return false;
        db.insert(firmwareUploads)
          .values(upload)
          .onConflictDoUpdate({ target: [firmwareUploads.teamId, firmwareUploads.sha256], set: { name } })
          .run();
        return true;
      }),
    deleteUpload: (teamId, sha256) =>
      commits.durable(() => {
        db.delete(firmwareUploads).where(one(teamId, sha256)).run();
      }),
    async isUploaded(sha256) {
      const rows = db.select({ sha256: firmwareUploads.sha256 }).from(firmwareUploads);
      return rows.where(eq(firmwareUploads.sha256, sha256)).get() !== undefined;
    },
  };
}
