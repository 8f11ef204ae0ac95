import { cookies } from 'next/headers';
import { getAuthDoor, SESSION_COOKIES, type SignedInUser } from '#lib/api/auth-door.ts';

/** The person who asks for this page, on the server; undefined when nobody is signed in. */
export async function findSignedInUser(): Promise<SignedInUser | undefined> {
  const jar = await cookies();
  for (const name of SESSION_COOKIES) {
    const token = jar.get(name)?.value;
    const user = token ? await getAuthDoor().findSession(token) : undefined;
    if (user) return user;
  }
  return undefined;
}
