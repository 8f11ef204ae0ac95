/** Queries about Wi-Fi profiles. A password is wrapped on the way in; only `findSecret` takes it out. */
import { and, asc, count, eq, getTableColumns } from 'drizzle-orm';
import type { WifiProfileId } from '#lib/api/provision-schema.ts';
import type { TeamId } from '#lib/api/schema.ts';
import type { Commits } from './commits.ts';
import type { Db } from './database.ts';
import { placeOfWifi, unwrap, wrap } from './key-wrap.ts';
import { wifiProfiles } from './schema.ts';

export type WifiRow = Omit<typeof wifiProfiles.$inferSelect, 'wrapped'>;

export interface WifiQueries {
  listProfiles(teamId: TeamId): Promise<readonly WifiRow[]>;
  /** `taken` when the team has that network, `full` when it has `max` profiles. */
  insertProfile(profile: WifiRow, password: string, max: number): Promise<'inserted' | 'taken' | 'full'>;
  findSecret(teamId: TeamId, id: WifiProfileId): Promise<{ ssid: string; password: string } | undefined>;
  /** False when there was none. */
  deleteProfile(teamId: TeamId, id: WifiProfileId): Promise<boolean>;
}

/** All but the password: a list cannot show what it never read. */
const { wrapped: _, ...columns } = getTableColumns(wifiProfiles);

export function createWifiQueries(db: Db, commits: Commits, keyEncryptionKey: Uint8Array): WifiQueries {
  const ofTeam = (teamId: TeamId, id: WifiProfileId) => and(eq(wifiProfiles.teamId, teamId), eq(wifiProfiles.id, id));

  return {
    async listProfiles(teamId) {
      return db
        .select(columns)
        .from(wifiProfiles)
        .where(eq(wifiProfiles.teamId, teamId))
        .orderBy(asc(wifiProfiles.ssid))
        .all();
    },
    insertProfile: (profile, password, max) =>
      commits.durable(() => {
        const { teamId, id, ssid } = profile;
        const mine = eq(wifiProfiles.teamId, teamId);
        const same = db
          .select({ id: wifiProfiles.id })
          .from(wifiProfiles)
          .where(and(mine, eq(wifiProfiles.ssid, ssid)));
        if (same.get()) return 'taken';
        if ((db.select({ rows: count() }).from(wifiProfiles).where(mine).get()?.rows ?? 0) >= max) return 'full';
        const wrapped = wrap(keyEncryptionKey, placeOfWifi({ teamId, profileId: id }), Buffer.from(password));
        db.insert(wifiProfiles)
          .values({ ...profile, wrapped })
          .run();
        return 'inserted';
      }),
    async findSecret(teamId, id) {
      const row = db.select().from(wifiProfiles).where(ofTeam(teamId, id)).get();
      if (!row) return undefined;
      const password = unwrap(keyEncryptionKey, placeOfWifi({ teamId, profileId: id }), row.wrapped);
      return { ssid: row.ssid, password: password.toString('utf8') };
    },
    deleteProfile: (teamId, id) =>
      commits.durable(() => db.delete(wifiProfiles).where(ofTeam(teamId, id)).run().changes === 1),
  };
}
