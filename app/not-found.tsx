import { Compass } from 'lucide-react';
import Link from 'next/link';
import { buttonClass } from './_ui/button.tsx';
import { EmptyState } from './_ui/empty-state.tsx';

export default function NotFound() {
  return (
    <main className="flex min-h-dvh flex-col justify-center">
      <EmptyState
        icon={<Compass />}
        level={1}
        title="There is nothing at this address"
        actions={
          <Link href="/" className={buttonClass('plain')}>
            Go to your boards
          </Link>
        }
      >
        The link may be old, or the board may have been removed.
      </EmptyState>
    </main>
  );
}
