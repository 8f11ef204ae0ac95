'use client';
/**
 * The browser's end of the live socket: one connection for the whole console, its state, and its events, which it hands to the
 * query cache (live-cache.ts) in batches and to whoever follows the output of a run at once. Nothing here knows a screen.
 */
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { LiveLink, type LiveState } from './live-link.ts';

export type { LiveState };

const LiveContext = createContext<LiveLink | undefined>(undefined);

export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [link] = useState(() => new LiveLink(queries));
  useEffect(() => link.open(), [link]);
  return <LiveContext value={link}>{children}</LiveContext>;
}

export function useLive(): LiveLink {
  const link = useContext(LiveContext);
  if (!link) throw new Error('useLive needs a LiveProvider above it.');
  return link;
}

const serverState: LiveState = { status: 'connecting', since: '' };

/** Whether what is on the screen is live, and since when. */
export function useLiveState(): LiveState {
  const link = useLive();
  return useSyncExternalStore(link.onState, link.state, () => serverState);
}
