import type { ReactNode } from 'react';
import { findSignedInUser } from '../_data/session-gate.ts';
import { Shell } from './_shell/shell.tsx';
import { SignInRedirect } from './_shell/sign-in-redirect.tsx';

/** The gate of the pages. The data behind them has its own: every request to the API proves its session again. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const user = await findSignedInUser();
  if (!user) return <SignInRedirect />;
  return <Shell userName={user.name}>{children}</Shell>;
}
