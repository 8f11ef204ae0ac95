import Link from 'next/link';
import { buttonClass } from '../../../_ui/button.tsx';

export function NoToken() {
  return (
    <div className="flex flex-col gap-4">
      <h1 className="text-xl font-semibold tracking-tight">Open the set-up link</h1>
      <p className="text-pretty text-ink-soft">
        Setting up needs the link that the hub prints in its terminal. It looks like this and works once:
      </p>
      <code className="rounded-lg border bg-sunken px-3 py-2 font-mono text-xs wrap-anywhere">
        http://localhost:18266/setup?token=…
      </code>
      <p className="text-pretty text-ink-soft">Restart the hub to print a new one. Already set up?</p>
      <Link href="/sign-in" className={buttonClass('plain', 'medium', 'self-start')}>
        Sign in
      </Link>
    </div>
  );
}
