import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { boardIdSchema } from '#lib/api/schema.ts';
import { BoardScreen } from './components/board-screen.tsx';

export const metadata: Metadata = { title: 'Board' };

export default async function BoardPage({ params }: { params: Promise<{ id: string }> }) {
  const id = boardIdSchema.safeParse((await params).id);
  if (!id.success) notFound();
  return <BoardScreen id={id.data} />;
}
