'use client';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ApiError } from '#lib/api/client.ts';
import { signInPath } from './next-path.ts';

const RETRIES = 2;

function leaveIfSignedOut(error: unknown): void {
  if (!(error instanceof ApiError) || error.code !== 'not_signed_in') return;
  const { pathname, search } = window.location;
  if (pathname.startsWith('/sign-in')) return;
  // A whole navigation, so that nothing of the ended session stays in memory.
  const path = signInPath(pathname + search);
  window.location.assign(`${path}${path.includes('?') ? '&' : '?'}ended=1`);
}

// A refusal is an answer; only silence and faults of the hub are worth asking again.
function worthRetrying(failures: number, error: unknown): boolean {
  const refused = error instanceof ApiError && error.status >= 400 && error.status < 500;
  return !refused && failures < RETRIES;
}

function makeClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: leaveIfSignedOut }),
    defaultOptions: {
      // Live events keep what is fetched fresh; after a gap they ask for a resync.
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        retry: worthRetrying,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
}

export function QueryProvider({ children }: { children: ReactNode }) {
  const [client] = useState(makeClient);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
