/**
 * Wi-Fi profiles of a team: typed once, then written on boards by whoever provisions them. A list has names only. The password is
 * handed out by one function, for the browser or `mbm` that has a board on its cable: see docs/decisions/0005-provisioning.md.
 */
import type { z } from 'zod';
import {
  MAX_WIFI_PROFILES,
  type WifiProfile,
  type WifiProfileId,
  type WifiSecret,
  type wifiProfileCreateSchema,
} from '#lib/api/provision-schema.ts';
import { AppError } from '#lib/errors.ts';
import { newWifiProfileId } from '#server/store/ids.ts';
import type { Store } from '#server/store/store.ts';
import type { AuthorizedTeamId } from '#server/store/team-scope.ts';

export interface Wifi {
  list(teamId: AuthorizedTeamId): Promise<WifiProfile[]>;
  /** Throws wifi_profile_taken, too_many_wifi_profiles. */
  add(
    teamId: AuthorizedTeamId,
    input: z.output<typeof wifiProfileCreateSchema>,
    createdBy: string,
  ): Promise<WifiProfile>;
  /** With the password. Throws wifi_profile_not_found. */
  reveal(teamId: AuthorizedTeamId, id: WifiProfileId): Promise<WifiSecret>;
  /** Throws wifi_profile_not_found. */
  remove(teamId: AuthorizedTeamId, id: WifiProfileId): Promise<void>;
}

export function createWifi({ store, now }: { readonly store: Pick<Store, 'wifi'>; readonly now: () => number }): Wifi {
  return {
    async list(teamId) {
      return (await store.wifi.listProfiles(teamId)).map(viewOf);
    },
    async add(teamId, { ssid, password }, createdBy) {
      const profile = { id: newWifiProfileId(now()), teamId, ssid, createdAt: now(), createdBy };
      const outcome = await store.wifi.insertProfile(profile, password, MAX_WIFI_PROFILES);
      if (outcome === 'taken') {
        throw new AppError('wifi_profile_taken', {
          message: `Your team has a profile for the network "${ssid}".`,
          field: 'ssid',
        });
      }
      if (outcome === 'full') throw new AppError('too_many_wifi_profiles');
      return viewOf(profile);
    },
    async reveal(teamId, id) {
      const secret = await store.wifi.findSecret(teamId, id);
      if (!secret) throw new AppError('wifi_profile_not_found');
      return secret;
    },
    async remove(teamId, id) {
      if (!(await store.wifi.deleteProfile(teamId, id))) throw new AppError('wifi_profile_not_found');
    },
  };
}

function viewOf(row: {
  readonly id: WifiProfileId;
  readonly ssid: string;
  readonly createdAt: number;
  readonly createdBy: string;
}): WifiProfile {
  const { id, ssid, createdAt, createdBy } = row;
  return { id, ssid, createdAt: new Date(createdAt).toISOString(), createdBy };
}
