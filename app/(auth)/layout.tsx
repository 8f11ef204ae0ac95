import type { ReactNode } from 'react';
import { Mark } from '../_ui/mark.tsx';

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center px-5 py-12">
      <div className="mb-8 flex items-center gap-2.5">
        <Mark className="size-9" />
        <span className="text-lg font-semibold tracking-tight">Cloudmanager</span>
      </div>
      {children}
    </main>
  );
}
