/**
 * The one door between Next's copy of the code and the hub's: next-auth calls the teams service through it. Next loads every module
 * a second time, so the object is published on `globalThis` by server/start.ts and looked up here.
 */
export interface SignedInUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

export type SignInResult =
  | { readonly ok: true; readonly user: SignedInUser }
  | { readonly ok: false; readonly reason: 'wrong_credentials' | 'too_many_attempts'; readonly retryAfterS?: number };

export interface AuthDoor {
  /** Secret of next-auth's own cookies; from the data folder. */
  readonly secret: string;
  /** Attempts are limited per account and per address. */
  signIn(email: string, password: string, address: string): Promise<SignInResult>;
  /** Answers the opaque token that becomes the cookie; only its SHA-256 is stored. */
  createSession(userId: string, address: string, userAgent: string): Promise<string>;
  /** The person behind a token; undefined when it is unknown, ended or expired. */
  findSession(token: string): Promise<SignedInUser | undefined>;
  endSession(token: string): Promise<void>;
}

/** Twelve hours since the last use; a revoked session ends at once. */
export const SESSION_MAX_AGE_S = 12 * 3600;
/** next-auth's own names, plain and over TLS. */
export const SESSION_COOKIES = ['next-auth.session-token', '__Secure-next-auth.session-token'] as const;

const key = Symbol.for('cloudmanager.auth');

export function publishAuthDoor(door: AuthDoor): void {
  Reflect.set(globalThis, key, door);
}

export function getAuthDoor(): AuthDoor {
  const door: AuthDoor | undefined = Reflect.get(globalThis, key);
  if (!door) throw new Error('The console was started without the hub; start it with `npm start`.');
  return door;
}
