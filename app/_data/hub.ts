'use client';
import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';
import { keys } from './keys.ts';

/** Who is signed in, in which team. */
export function useMe() {
  return useQuery({ queryKey: keys.me, queryFn: () => api.me() });
}

export function useHub(enabled: boolean) {
  return useQuery({ queryKey: keys.hub, queryFn: () => api.hub(), enabled, staleTime: 0 });
}
