'use client';
import { Popover } from '@base-ui/react/popover';
import { useState } from 'react';
import { useHub } from '../../_data/hub.ts';
import { problemOf } from '../../_data/problem.ts';
import { type LiveState, useLiveState } from '../../_live/live-provider.tsx';
import { Ago } from '../../_ui/ago.tsx';
import { buttonClass } from '../../_ui/button.tsx';
import { CopyButton } from '../../_ui/copy-button.tsx';
import { cx } from '../../_ui/cx.ts';
import { Skeleton } from '../../_ui/skeleton.tsx';

const words: Record<LiveState['status'], { label: string; mark: string }> = {
  connecting: { label: 'Connecting', mark: 'bg-busy-mark pulse-mark' },
  open: { label: 'Live', mark: 'bg-good-mark' },
  lost: { label: 'Reconnecting', mark: 'bg-bad-solid pulse-mark' },
};

function HubFacts() {
  const { data: hub, error } = useHub(true);
  if (error) return <p className="text-ink-soft">{problemOf(error).title}</p>;
  if (!hub) return <Skeleton className="h-24" />;
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
      <dt className="text-ink-faint">Version</dt>
      <dd>{hub.version}</dd>
      <dt className="text-ink-faint">Running for</dt>
      <dd>
        <Ago at={hub.startedAt} as="span" />
      </dd>
      <dt className="text-ink-faint">Boards</dt>
      <dd>
        {hub.boards.online} of {hub.boards.total} on line
      </dd>
      <dt className="col-span-2 mt-1.5 border-t pt-2.5 text-ink-faint">Addresses</dt>
      {hub.addresses.map((address) => (
        <dd key={address} className="col-span-2 flex items-center justify-between gap-2">
          <span className="min-w-0 truncate font-mono text-xs">{address}</span>
          <CopyButton text={address} what={`address ${address}`} />
        </dd>
      ))}
    </dl>
  );
}

/** Whether the page is live, in a word; about the hub on a click. */
export function HubStatus() {
  const { status, since } = useLiveState();
  const [open, setOpen] = useState(false);
  const { label, mark } = words[status];
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className={buttonClass('ghost', 'small')}>
        <span aria-hidden className={cx('size-2 rounded-full', mark)} />
        {label}
        <span className="sr-only">: about the hub</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={8} align="end" collisionPadding={12} className="z-30">
          <Popover.Popup className="w-80 max-w-[calc(100vw-1.5rem)] rounded-xl border bg-raised p-4 shadow-pop outline-none">
            <Popover.Title className="font-semibold">Hub</Popover.Title>
            <Popover.Description className="mt-0.5 mb-3 text-ink-soft">
              {status === 'open' ? 'This page changes by itself: ' : 'No live link to this page: '}
              {words[status].label.toLowerCase()} for {since ? <Ago at={since} as="span" /> : '…'}.
            </Popover.Description>
            {open ? <HubFacts /> : null}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
