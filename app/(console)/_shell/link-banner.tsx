'use client';
import { Unplug } from 'lucide-react';
import { useLiveState } from '../../_live/live-provider.tsx';
import { Ago } from '../../_ui/ago.tsx';

/** Says that what is on the screen is old: since when, and that nothing needs to be done. */
export function LinkBanner() {
  const { status, since } = useLiveState();
  return (
    <div role="status">
      {status === 'lost' ? (
        <div className="border-b border-busy-mark/40 bg-busy-soft">
          <p className="mx-auto flex max-w-7xl items-center gap-2.5 px-4 py-2 sm:px-6">
            <Unplug aria-hidden className="size-4 shrink-0 text-busy" />
            <span>
              <span className="font-medium">
                No connection to the hub for <Ago at={since} as="span" className="tabular-nums" />.
              </span>{' '}
              <span className="text-ink-soft">What you see may be old. It is tried again by itself.</span>
            </span>
          </p>
        </div>
      ) : null}
    </div>
  );
}
