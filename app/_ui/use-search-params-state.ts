'use client';
import { useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

/** Search params as state: the answer changes some of them in place, without a request; null and '' remove one. */
export function useSearchParamsState() {
  const params = useSearchParams();
  const change = useCallback((changes: Readonly<Record<string, string | null>>) => {
    const next = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    const query = next.toString();
    window.history.replaceState(null, '', query ? `?${query}` : window.location.pathname);
  }, []);
  return [params, change] as const;
}
