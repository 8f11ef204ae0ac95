'use client';
import { ChevronLeft } from 'lucide-react';
import Link from 'next/link';
import type { Board } from '#lib/api/schema.ts';
import { BoardStateText } from '../../../../_data/board-state.tsx';
import { Badge } from '../../../../_ui/badge.tsx';
import { BoardActions } from './board-actions.tsx';

export function BoardHeader({ board }: { board: Board }) {
  return (
    <div className="mb-6">
      <Link href="/" className="-ml-1 inline-flex items-center gap-0.5 rounded text-ink-faint hover:text-ink">
        <ChevronLeft aria-hidden className="size-4" />
        Boards
      </Link>
      <div className="mt-1.5 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="min-w-0 text-2xl font-semibold tracking-tight wrap-anywhere">{board.name}</h1>
        <div className="flex flex-wrap items-center gap-2">
          <BoardStateText board={board} />
          {board.virtual ? <Badge>virtual</Badge> : null}
        </div>
        <div className="ml-auto">
          <BoardActions board={board} />
        </div>
      </div>
    </div>
  );
}
