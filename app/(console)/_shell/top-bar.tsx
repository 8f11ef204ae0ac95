'use client';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useMe } from '../../_data/hub.ts';
import { cx } from '../../_ui/cx.ts';
import { Mark } from '../../_ui/mark.tsx';
import { HubStatus } from './hub-status.tsx';
import { UserMenu } from './user-menu.tsx';

const pages = [
  { href: '/', label: 'Boards', holds: (path: string) => path === '/' || path.startsWith('/boards') },
] as const;

function PageLinks() {
  const path = usePathname();
  return (
    <nav aria-label="Pages" className="flex h-full items-stretch">
      {pages.map((page) => (
        <Link
          key={page.href}
          href={page.href}
          aria-current={page.holds(path) ? 'page' : undefined}
          className={cx(
            'flex items-center border-y-2 border-transparent px-1 font-medium text-ink-soft hover:text-ink',
            page.holds(path) && 'border-b-ink text-ink',
          )}
        >
          {page.label}
        </Link>
      ))}
    </nav>
  );
}

export function TopBar({ userName }: { userName: string }) {
  const { data: me } = useMe();
  return (
    <header className="sticky top-0 z-20 h-14 border-b bg-surface/85 backdrop-blur">
      <div className="mx-auto flex h-full max-w-7xl items-center gap-3 px-4 sm:px-6">
        <Link href="/" aria-label="Cloudmanager, all boards" className="rounded-lg">
          <Mark />
        </Link>
        <span className="hidden max-w-56 truncate font-semibold tracking-tight sm:block">
          {me?.team.name ?? 'Cloudmanager'}
        </span>
        <span aria-hidden className="mx-1 hidden h-5 w-px rotate-12 bg-line-strong sm:block" />
        <PageLinks />
        <div className="ml-auto flex items-center gap-1.5">
          <HubStatus />
          <UserMenu userName={userName} me={me} />
        </div>
      </div>
    </header>
  );
}
