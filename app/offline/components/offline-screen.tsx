'use client';
import { CloudOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api } from '../../_data/api.ts';
import { Button } from '../../_ui/button.tsx';
import { EmptyState } from '../../_ui/empty-state.tsx';

const RETRY_MS = 5_000;

// The address stays that of the page that was asked for, so a reload leads there.
async function reloadIfUp(): Promise<boolean> {
  try {
    await api.health();
  } catch {
    return false;
  }
  if (window.location.pathname === '/offline') window.location.replace('/');
  else window.location.reload();
  return true;
}

export function OfflineScreen() {
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => void reloadIfUp().then(() => setTries((count) => count + 1)), RETRY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <main className="flex min-h-dvh flex-col justify-center">
      <EmptyState
        icon={<CloudOff />}
        level={1}
        title="The hub does not answer"
        actions={
          <Button look="solid" onClick={() => void reloadIfUp()}>
            Try now
          </Button>
        }
      >
        <p>
          See whether Cloudmanager is running and whether this device is in its network. Your boards keep their programs
          and come back by themselves.
        </p>
        <p role="status" className="mt-3 text-ink-faint tabular-nums">
          Tried every 5 s{tries > 0 ? `, ${tries} ${tries === 1 ? 'time' : 'times'} so far` : ''}.
        </p>
      </EmptyState>
    </main>
  );
}
