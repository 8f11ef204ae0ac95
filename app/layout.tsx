import type { Metadata, Viewport } from 'next';
import { cookies } from 'next/headers';
import { connection } from 'next/server';
import type { ReactNode } from 'react';
import { QueryProvider } from './_data/query-provider.tsx';
import { ServiceWorker } from './_ui/service-worker.tsx';
import { parseTheme, THEME_COOKIE } from './_ui/theme.ts';
import { ToastProvider } from './_ui/toast.tsx';
import { geist, geistMono } from './fonts.ts';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Cloudmanager', template: '%s · Cloudmanager' },
  description: 'Reach and manage MicroPython boards.',
  applicationName: 'Cloudmanager',
  manifest: '/manifest.webmanifest',
  icons: { icon: [{ url: '/icons/mark.svg', type: 'image/svg+xml' }], apple: '/icons/icon-180.png' },
  formatDetection: { telephone: false },
};

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fafafb' },
    { media: '(prefers-color-scheme: dark)', color: '#0c0e12' },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  // The nonce of the content security policy changes with every request, so no page may be made at build time.
  await connection();
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <html
      lang="en"
      data-theme={theme === 'system' ? undefined : theme}
      className={`${geist.variable} ${geistMono.variable}`}
    >
      <body className="font-sans">
        <ToastProvider>
          <QueryProvider>{children}</QueryProvider>
        </ToastProvider>
        <ServiceWorker />
      </body>
    </html>
  );
}
