'use client';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import Link from 'next/link';
import { useRef } from 'react';
import type { Board } from '#lib/api/schema.ts';
import { BoardStateText } from '../../../_data/board-state.tsx';
import { bytesText, signalWord } from '../../../_ui/units.ts';
import { BoardBadges } from './board-row.tsx';
import { useScrollMargin } from './use-scroll-margin.ts';

const CARD_PX = 92;

function factsOf(board: Board): string {
  return [
    board.platform,
    board.firmware,
    board.memFreeBytes !== null && `${bytesText(board.memFreeBytes)} free`,
    board.rssiDbm !== null && `${signalWord(board.rssiDbm)} signal`,
  ]
    .filter(Boolean)
    .join(' · ');
}

function BoardCard({ board }: { board: Board }) {
  return (
    <div className="panel relative h-[84px] px-4 py-3 has-active:bg-hover">
      <div className="flex items-center gap-2">
        <Link
          href={`/boards/${board.id}`}
          prefetch={false}
          className="min-w-0 truncate font-medium outline-none after:absolute after:inset-0 after:rounded-xl focus-visible:after:outline-2 focus-visible:after:outline-accent"
        >
          {board.name}
        </Link>
        <BoardBadges board={board} />
      </div>
      <BoardStateText board={board} />
      <p className="truncate text-ink-faint">{factsOf(board) || 'nothing known of it yet'}</p>
    </div>
  );
}

/** The boards on a phone. */
export function BoardCards({ boards }: { boards: readonly Board[] }) {
  const list = useRef<HTMLUListElement>(null);
  const scrollMargin = useScrollMargin(list);
  const cards = useWindowVirtualizer({ count: boards.length, estimateSize: () => CARD_PX, overscan: 8, scrollMargin });
  return (
    <ul ref={list} aria-label="Boards" className="relative" style={{ height: cards.getTotalSize() }}>
      {cards.getVirtualItems().map(({ index, start }) => {
        const board = boards[index];
        return board ? (
          <li
            key={board.id}
            className="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${start - scrollMargin}px)` }}
          >
            <BoardCard board={board} />
          </li>
        ) : null;
      })}
    </ul>
  );
}
