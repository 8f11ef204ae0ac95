/**
 * People: the first account and team by the one-time set-up link, signing in, sessions that can be ended, and who may do what.
 * It implements lib/api/auth-door.ts for next-auth and gives server/api and server/live the gate. It knows no HTTP.
 * Read gate.ts next, then attempts.ts and passwords.ts.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';
import { type AuthDoor, SESSION_MAX_AGE_S, type SignedInUser, type SignInResult } from '#lib/api/auth-door.ts';
import { type setupSchema, type TeamId, userIdSchema } from '#lib/api/schema.ts';
import { AppError } from '#lib/errors.ts';
import type { Log } from '#server/log.ts';
import type { Role } from '#server/store/schema.ts';
import type { Store } from '#server/store/store.ts';
import type { TeamRow, UserRow } from '#server/store/users.ts';
import { createAttempts } from './attempts.ts';
import { createGate, type Gate, hashToken } from './gate.ts';
import { hashPassword, verifyPassword } from './passwords.ts';

export { hasSessionCookie, isOwnOrigin, type Principal, type Right } from './gate.ts';
export type { Gate };

export const DEFAULT_TEAM_NAME = 'My boards';
const TOKEN_BYTES = 32;
/** A session's last use is written at most this often. */
const TOUCH_EVERY_MS = 60_000;
const SESSION_MAX_AGE_MS = SESSION_MAX_AGE_S * 1000;

export interface Teams {
  readonly gate: Gate;
  readonly door: AuthDoor;
  /** Of the set-up link, new at each start; undefined once there is an account. */
  readonly setupToken: string | undefined;
  /** Throws setup_done when there is an account, setup_link_invalid when it is not the token of this start's link. */
  proveSetup(token: string): Promise<void>;
  /** Makes the first account, the owner of the first team. Throws setup_link_invalid, setup_done. */
  setUp(input: z.output<typeof setupSchema>): Promise<SignedInUser>;
  /** False once it was ended or has lapsed. Does not count as a use. */
  isSessionAlive(sessionHash: string): Promise<boolean>;
  /** Tells of sessions that were ended; the answer stops it. */
  onSessionEnded(listener: (sessionHash: string) => void): () => void;
}

export interface TeamsDeps {
  readonly store: Pick<Store, 'users' | 'sessions' | 'secrets'>;
  readonly now: () => number;
  readonly log: Log;
  /** The set-up link has done its work. */
  readonly onSetUp: () => void;
}

export async function createTeams({ store, now, log, onSetUp }: TeamsDeps): Promise<Teams> {
  await store.users.ensureFirstTeam(DEFAULT_TEAM_NAME, now());
  await store.sessions.deleteSessionsUnusedSince(now() - SESSION_MAX_AGE_MS);
  const ended = new Set<(sessionHash: string) => void>();
  const sessions = createSessions(store, now, log, ended);
  const setup = createSetup(store, now, !(await store.users.hasUsers()), onSetUp);
  const attempts = createAttempts();

  async function signIn(email: string, password: string, address: string): Promise<SignInResult> {
    const account = email.trim().toLowerCase();
    const retryAfterS = await attempts.count(account, address);
    if (retryAfterS !== undefined) {
      log.warn({ address }, 'Too many attempts to sign in');
      return { ok: false, reason: 'too_many_attempts', retryAfterS };
    }
    const user = await store.users.findUserByEmail(account);
    if (!(await verifyPassword(password, user?.passwordHash)) || !user)
      return { ok: false, reason: 'wrong_credentials' };
    await attempts.forgive(account);
    return { ok: true, user: asSignedIn(user) };
  }

  return {
    gate: createGate({
      localToken: store.secrets.localToken,
      firstTeam: () => store.users.ensureFirstTeam(DEFAULT_TEAM_NAME, now()),
      findSession: sessions.use,
    }),
    door: {
      secret: store.secrets.authSecret,
      signIn,
      createSession: sessions.create,
      findSession: async (token) => {
        const found = await sessions.use(hashToken(token));
        return found && asSignedIn(found.user);
      },
      endSession: sessions.end,
    },
    ...setup,
    isSessionAlive: async (sessionHash) => (await sessions.find(sessionHash)) !== undefined,
    onSessionEnded(listener) {
      ended.add(listener);
      return () => ended.delete(listener);
    },
  };
}

function createSetup(store: TeamsDeps['store'], now: () => number, open: boolean, onSetUp: () => void) {
  const setupToken = open ? randomBytes(TOKEN_BYTES).toString('base64url') : undefined;
  const setupHash = setupToken === undefined ? undefined : Buffer.from(hashToken(setupToken), 'hex');

  async function proveSetup(token: string): Promise<void> {
    if (!setupHash || (await store.users.hasUsers())) throw new AppError('setup_done');
    if (!timingSafeEqual(Buffer.from(hashToken(token), 'hex'), setupHash)) throw new AppError('setup_link_invalid');
  }

  async function setUp(input: z.output<typeof setupSchema>): Promise<SignedInUser> {
    await proveSetup(input.token);
    const passwordHash = await hashPassword(input.password);
    const owner = { email: input.email.trim().toLowerCase(), name: input.name, passwordHash, teamName: input.team };
    const user = await store.users.insertFirstOwner(owner, now());
    if (!user) throw new AppError('setup_done');
    onSetUp();
    return asSignedIn(user);
  }
  return { setupToken, proveSetup, setUp };
}

interface LiveSession {
  readonly user: UserRow;
  readonly team: TeamRow;
  readonly role: Role;
}

function createSessions(
  { users, sessions }: TeamsDeps['store'],
  now: () => number,
  log: Log,
  ended: ReadonlySet<(sessionHash: string) => void>,
) {
  async function find(tokenHash: string): Promise<(LiveSession & { readonly lastUsedAt: number }) | undefined> {
    const row = await sessions.findSessionRow(tokenHash);
    if (!row || now() - row.lastUsedAt > SESSION_MAX_AGE_MS) return undefined;
    const member = await users.findMembership(row.teamId, row.userId);
    return member && { ...member, lastUsedAt: row.lastUsedAt };
  }

  function touch(teamId: TeamId, tokenHash: string): void {
    // A disk that is full must not keep people from looking at what happens.
    sessions
      .touchSession(teamId, tokenHash, now())
      .catch((err: unknown) => log.warn({ err }, 'The use of a session was not written'));
  }

  async function use(tokenHash: string): Promise<LiveSession | undefined> {
    const found = await find(tokenHash);
    if (found && now() - found.lastUsedAt > TOUCH_EVERY_MS) touch(found.team.id, tokenHash);
    return found;
  }

  async function create(userId: string, address: string, userAgent: string): Promise<string> {
    const user = await users.getUser(userIdSchema.parse(userId));
    const teamId = user && (await users.findHomeTeam(user.id));
    if (!user || !teamId) throw new AppError('not_signed_in');
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const time = { createdAt: now(), lastUsedAt: now() };
    await sessions.insertSession({
      tokenHash: hashToken(token),
      teamId,
      userId: user.id,
      ...time,
      address,
      userAgent: userAgent.slice(0, 300),
    });
    return token;
  }

  async function end(token: string): Promise<void> {
    const tokenHash = hashToken(token);
    const row = await sessions.findSessionRow(tokenHash);
    if (!row) return;
    await sessions.deleteSession(row.teamId, tokenHash);
    for (const listener of ended) listener(tokenHash);
  }

  return { find, use, create, end };
}

function asSignedIn(user: UserRow): SignedInUser {
  return { id: user.id, email: user.email, name: user.name };
}
