import type { ReactNode } from 'react';
import { LiveProvider } from '../../_live/live-provider.tsx';
import { LinkBanner } from './link-banner.tsx';
import { TopBar } from './top-bar.tsx';

/** What stands around every page of the console. */
export function Shell({ userName, children }: { userName: string; children: ReactNode }) {
  return (
    <LiveProvider>
      <a
        href="#main"
        className="sr-only z-50 rounded-lg bg-ink px-3 py-2 text-surface focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <TopBar userName={userName} />
      <LinkBanner />
      <main id="main" tabIndex={-1} className="mx-auto w-full max-w-7xl px-4 pt-6 pb-16 outline-none sm:px-6">
        {children}
      </main>
    </LiveProvider>
  );
}
