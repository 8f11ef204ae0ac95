/**
 * next-auth as a thin shell around the hub's own sessions: the cookie is the opaque token that the hub made, looked up at every
 * request, so that ending a session in the hub ends it everywhere at once. Nothing is signed or decoded here.
 */
import type { NextAuthOptions } from 'next-auth';
import type { JWT } from 'next-auth/jwt';
import CredentialsProvider from 'next-auth/providers/credentials';
import { type AuthDoor, getAuthDoor, SESSION_MAX_AGE_S } from '#lib/api/auth-door.ts';

interface Visitor {
  readonly address: string;
  readonly userAgent: string;
}

/** Next writes the address of the socket here; the hub has removed what the client may have sent. */
function visitorOf(headers: Headers): Visitor {
  return {
    address: headers.get('x-forwarded-for')?.split(',')[0]?.trim() ?? 'unknown',
    userAgent: headers.get('user-agent') ?? '',
  };
}

// The text of this error is the `error` of the answer to the form: the code, and the seconds to wait.
function tooManyAttempts(retryAfterS: number | undefined): Error {
  return new Error(`too_many_attempts:${Math.ceil(retryAfterS ?? 60)}`);
}

function passwordProvider(door: AuthDoor, visitor: Visitor) {
  return CredentialsProvider({
    name: 'Password',
    credentials: { email: { type: 'email' }, password: { type: 'password' } },
    async authorize(given) {
      const result = await door.signIn(given?.email ?? '', given?.password ?? '', visitor.address);
      if (result.ok) return { id: result.user.id, email: result.user.email, name: result.user.name };
      if (result.reason === 'too_many_attempts') throw tooManyAttempts(result.retryAfterS);
      return null;
    },
  });
}

/** The token of a session that exists; absent while somebody is just signing in. */
function sessionTokenOf(token: JWT | undefined): string | undefined {
  return typeof token?.sid === 'string' ? token.sid : undefined;
}

function sessions(door: AuthDoor, visitor: Visitor): NextAuthOptions['jwt'] {
  return {
    maxAge: SESSION_MAX_AGE_S,
    async encode({ token }) {
      const existing = sessionTokenOf(token);
      if (existing) return existing;
      if (!token?.sub) throw new Error('next-auth made a session for nobody.');
      return door.createSession(token.sub, visitor.address, visitor.userAgent);
    },
    async decode({ token }) {
      const user = token ? await door.findSession(token) : undefined;
      return user && token ? { sub: user.id, name: user.name, email: user.email, sid: token } : null;
    },
  };
}

/** Options for one request: who signs in from where belongs to the session. */
export function authOptions(headers: Headers): NextAuthOptions {
  const door = getAuthDoor();
  const visitor = visitorOf(headers);
  return {
    secret: door.secret,
    session: { strategy: 'jwt', maxAge: SESSION_MAX_AGE_S },
    jwt: { ...sessions(door, visitor) },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    providers: [passwordProvider(door, visitor)],
    events: {
      async signOut({ token }) {
        const ended = sessionTokenOf(token);
        if (ended) await door.endSession(ended);
      },
    },
  };
}
