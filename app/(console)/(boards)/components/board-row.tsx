import Link from 'next/link';
import { memo } from 'react';
import type { Board } from '#lib/api/schema.ts';
import { BoardStateText } from '../../../_data/board-state.tsx';
import { Badge } from '../../../_ui/badge.tsx';
import { bytesText } from '../../../_ui/units.ts';
import { Signal } from './signal.tsx';

/** In place of a fact that the board has not told. */
export function Unknown() {
  return <span className="text-ink-faint">–</span>;
}

export function BoardBadges({ board }: { board: Board }) {
  return (
    <>
      {board.virtual ? <Badge>virtual</Badge> : null}
      {board.safeMode ? <Badge tone="busy">safe mode</Badge> : null}
    </>
  );
}

/** One board in the table; the whole row is the link. */
export const BoardRow = memo(function BoardRow({ board, index }: { board: Board; index: number }) {
  return (
    <tr
      aria-rowindex={index + 2}
      className="relative h-[53px] border-b transition-colors hover:bg-hover has-focus-visible:bg-accent-soft [&>td]:px-2 [&>td:first-child]:pl-4 [&>td:last-child]:pr-4"
    >
      <td>
        <span className="flex items-center gap-2">
          <Link
            href={`/boards/${board.id}`}
            prefetch={false}
            data-row={index}
            className="min-w-0 truncate rounded font-medium outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
          >
            {board.name}
          </Link>
          <BoardBadges board={board} />
        </span>
      </td>
      <td className="overflow-hidden">
        <BoardStateText board={board} />
      </td>
      <td className="truncate">{board.platform ?? <Unknown />}</td>
      <td className="truncate tabular-nums">{board.firmware ?? <Unknown />}</td>
      <td className="text-right tabular-nums">
        {board.memFreeBytes === null ? <Unknown /> : bytesText(board.memFreeBytes)}
      </td>
      <td className="text-right">{board.rssiDbm === null ? <Unknown /> : <Signal dbm={board.rssiDbm} />}</td>
    </tr>
  );
});
