'use client';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useEffect } from 'react';
import { signInPath } from '../../_data/next-path.ts';

/** A layout on the server does not know the address; the browser does, and comes back to it after signing in. */
export function SignInRedirect() {
  const router = useRouter();
  const path = usePathname();
  const search = useSearchParams().toString();
  useEffect(() => router.replace(signInPath(search ? `${path}?${search}` : path)), [router, path, search]);
  return <p className="p-6 text-ink-faint">Going to the sign-in page…</p>;
}
