import type { Metadata } from 'next';
import { NoToken } from './components/no-token.tsx';
import { SetupForm } from './components/setup-form.tsx';

export const metadata: Metadata = { title: 'Set up', referrer: 'no-referrer' };

interface PageProps {
  searchParams: Promise<{ token?: string | string[] }>;
}

export default async function SetupPage({ searchParams }: PageProps) {
  const { token } = await searchParams;
  return typeof token === 'string' && token !== '' ? <SetupForm token={token} /> : <NoToken />;
}
