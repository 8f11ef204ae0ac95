'use client';
import { PageError } from './_ui/page-error.tsx';

export default function RootError(props: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main className="flex min-h-dvh flex-col justify-center">
      <PageError {...props} />
    </main>
  );
}
