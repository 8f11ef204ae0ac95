/**
 * The one gate: who is it, for which team, in which role, with which right. Nothing else decides about access, and nothing else
 * makes an AuthorizedTeamId; a service that asks for one cannot be reached past this file.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { SESSION_COOKIES } from '#lib/api/auth-door.ts';
import type { UserId } from '#lib/api/schema.ts';
import { AppError } from '#lib/errors.ts';
import type { Role } from '#server/store/schema.ts';
import type { AuthorizedTeamId } from '#server/store/team-scope.ts';
import type { TeamRow, UserRow } from '#server/store/users.ts';

export const rights = [
  'team.read',
  'board.read',
  'board.provision',
  'board.manage',
  'job.read',
  'job.run',
  'firmware.read',
  'firmware.manage',
  'wifi.use',
  'wifi.manage',
] as const;
export type Right = (typeof rights)[number];

/** What each role may do. Later capabilities add their rights here. */
export const MATRIX: { readonly [R in Role]: readonly Right[] } = {
  owner: rights,
  admin: rights,
  operator: [
    'team.read',
    'board.read',
    'board.provision',
    'job.read',
    'job.run',
    'firmware.read',
    'firmware.manage',
    'wifi.use',
  ],
  viewer: ['team.read', 'board.read', 'job.read', 'firmware.read'],
};

export interface Principal {
  readonly teamId: AuthorizedTeamId;
  readonly teamName: string;
  readonly role: Role;
  /** Null for the command line on the hub's own machine. */
  readonly user: { readonly id: UserId; readonly email: string; readonly name: string } | null;
  /** Of the session, when it came by one: to be told when it ends. */
  readonly sessionHash: string | null;
}

/** What of a request says who it is from. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  readonly remoteAddress: string;
}

export interface GateSources {
  readonly localToken: string;
  readonly firstTeam: () => Promise<TeamRow>;
  readonly findSession: (
    tokenHash: string,
  ) => Promise<{ readonly user: UserRow; readonly team: TeamRow; readonly role: Role } | undefined>;
}

export interface Gate {
  /** Throws not_signed_in. */
  identify(credentials: Credentials): Promise<Principal>;
  /** Throws forbidden, naming the role. */
  demand(principal: Principal, right: Right): void;
}

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

export function createGate(sources: GateSources): Gate {
  const localTokenHash = Buffer.from(hashToken(sources.localToken), 'hex');

  async function byLocalToken(token: string, remoteAddress: string): Promise<Principal | undefined> {
    const same = timingSafeEqual(Buffer.from(hashToken(token), 'hex'), localTokenHash);
    if (!same || !isLoopback(remoteAddress)) return undefined;
    const team = await sources.firstTeam();
    return { teamId: authorize(team), teamName: team.name, role: 'owner', user: null, sessionHash: null };
  }

  async function bySession(token: string): Promise<Principal | undefined> {
    const sessionHash = hashToken(token);
    const found = await sources.findSession(sessionHash);
    if (!found) return undefined;
    const { id, email, name } = found.user;
    return {
      teamId: authorize(found.team),
      teamName: found.team.name,
      role: found.role,
      user: { id, email, name },
      sessionHash,
    };
  }

  return {
    async identify({ authorization, cookie, remoteAddress }) {
      const bearer = bearerToken(authorization);
      // A token that was sent on purpose is the only one that counts: a stale cookie must not stand in for it.
      if (authorization !== undefined) {
        const principal = bearer && ((await byLocalToken(bearer, remoteAddress)) ?? (await bySession(bearer)));
        if (principal) return principal;
        throw new AppError('not_signed_in', { message: 'The token is not valid.' });
      }
      for (const token of sessionTokens(cookie)) {
        const principal = await bySession(token);
        if (principal) return principal;
      }
      throw new AppError('not_signed_in');
    },
    demand(principal, right) {
      if (MATRIX[principal.role].includes(right)) return;
      throw new AppError('forbidden', {
        message: `Your role in "${principal.teamName}", ${principal.role}, does not allow this.`,
      });
    },
  };
}

/** The only place where a team becomes an authorized one. */
function authorize(team: TeamRow): AuthorizedTeamId {
  return team.id as AuthorizedTeamId;
}

function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? '')?.[1];
}

function sessionTokens(cookie: string | undefined): readonly string[] {
  const pairs = (cookie ?? '').split(';').map((pair) => pair.trim());
  return SESSION_COOKIES.flatMap((name) =>
    pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1)),
  );
}

/** True when a request carries a session cookie: it may then have been made by a foreign page. */
export function hasSessionCookie(cookie: string | undefined): boolean {
  return sessionTokens(cookie).length > 0;
}

/** True when a page of this hub made the request: browsers send its origin and do not let a page change it. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  const parsed = origin === undefined ? null : URL.parse(origin);
  return parsed !== null && host !== undefined && parsed.host === host.toLowerCase();
}

/** IPv4 addresses arrive in IPv6 clothes on a socket that listens to both. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}
