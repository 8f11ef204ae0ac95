'use client';
import { PageError } from './_ui/page-error.tsx';
import './globals.css';

/** Stands in for the root layout when that fails itself. */
export default function GlobalError(props: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en">
      <body className="font-sans">
        <main className="flex min-h-dvh flex-col justify-center">
          <PageError {...props} />
        </main>
      </body>
    </html>
  );
}
