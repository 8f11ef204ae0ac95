'use client';
import { CircleAlert } from 'lucide-react';
import { useEffect } from 'react';
import { Button } from './button.tsx';
import { EmptyState } from './empty-state.tsx';

interface PageErrorProps {
  error: Error & { digest?: string };
  reset: () => void;
}

/** For a fault of the console itself: the text of the error belongs to the log, not to the person. */
export function PageError({ error, reset }: PageErrorProps) {
  useEffect(() => console.error(error), [error]);
  return (
    <div role="alert">
      <EmptyState
        icon={<CircleAlert />}
        level={1}
        title="This page has failed"
        actions={
          <>
            <Button look="solid" onClick={reset}>
              Try again
            </Button>
            <Button onClick={() => window.location.reload()}>Reload</Button>
          </>
        }
      >
        Your boards go on working. If it fails again, look in the hub’s log
        {error.digest ? ` for the id ${error.digest}` : ' and in the browser’s console'}.
      </EmptyState>
    </div>
  );
}
