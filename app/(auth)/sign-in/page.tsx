import type { Metadata } from 'next';
import { safeNextPath } from '../../_data/next-path.ts';
import { SignInForm } from './components/sign-in-form.tsx';

export const metadata: Metadata = { title: 'Sign in' };

interface PageProps {
  searchParams: Promise<{ next?: string | string[]; ended?: string | string[] }>;
}

export default async function SignInPage({ searchParams }: PageProps) {
  const { next, ended } = await searchParams;
  return <SignInForm next={safeNextPath(typeof next === 'string' ? next : null)} sessionEnded={ended !== undefined} />;
}
