import { Unplug } from 'lucide-react';
import Link from 'next/link';
import { buttonClass } from '../../../../_ui/button.tsx';
import { EmptyState } from '../../../../_ui/empty-state.tsx';

export function BoardGone() {
  return (
    <EmptyState
      icon={<Unplug />}
      level={1}
      title="There is no such board"
      actions={
        <Link href="/" className={buttonClass('plain')}>
          Go to your boards
        </Link>
      }
    >
      It may have been removed, or it belongs to another team.
    </EmptyState>
  );
}
