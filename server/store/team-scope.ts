import type { TeamId } from '#lib/api/schema.ts';

declare const authorized: unique symbol;

/** A team that the caller was proven to act for. Only server/teams/gate.ts makes one; services ask for it. */
export type AuthorizedTeamId = TeamId & { readonly [authorized]: true };
