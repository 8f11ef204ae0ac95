'use client';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type RefObject, useRef } from 'react';
import type { Board } from '#lib/api/schema.ts';
import { cx } from '../../../_ui/cx.ts';
import type { BoardColumn, BoardView } from '../board-order.ts';
import { BoardRow } from './board-row.tsx';
import { useRowKeys } from './use-row-keys.ts';
import { useScrollMargin } from './use-scroll-margin.ts';

const ROW_PX = 53;

const columns: readonly { id: BoardColumn; label: string; className: string; number?: boolean }[] = [
  { id: 'name', label: 'Name', className: 'w-[26%]' },
  { id: 'state', label: 'State', className: 'w-[24%]' },
  { id: 'platform', label: 'Platform', className: 'w-[14%]' },
  { id: 'firmware', label: 'Firmware', className: 'w-[12%]' },
  { id: 'memory', label: 'Free heap', className: 'w-[11%]', number: true },
  { id: 'signal', label: 'Signal', className: 'w-[13%]', number: true },
];

type Change = (changes: Readonly<Record<string, string | null>>) => void;

function SortableHead({ view, onChange }: { view: BoardView; onChange: Change }) {
  return (
    <thead>
      <tr aria-rowindex={1} className="border-b">
        {columns.map(({ id, label, className, number }) => {
          const sorted = view.column === id;
          const Arrow = view.descending ? ArrowDown : ArrowUp;
          return (
            <th
              key={id}
              scope="col"
              aria-sort={sorted ? (view.descending ? 'descending' : 'ascending') : 'none'}
              className={cx(
                'h-10 px-2 text-xs font-medium text-ink-faint first:pl-4 last:pr-4',
                className,
                number ? 'text-right' : 'text-left',
              )}
            >
              <button
                type="button"
                className="inline-flex items-center gap-1 rounded py-1 hover:text-ink"
                onClick={() =>
                  onChange({ sort: id === 'name' ? null : id, dir: sorted && !view.descending ? 'desc' : null })
                }
              >
                {label}
                {sorted ? <Arrow aria-hidden className="size-3" /> : null}
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

/** Keeps the height of the rows that are not drawn. */
function Gap({ px }: { px: number }) {
  return px > 0 ? (
    <tr aria-hidden>
      <td colSpan={columns.length} style={{ height: px }} />
    </tr>
  ) : null;
}

interface BoardTableProps {
  boards: readonly Board[];
  view: BoardView;
  onChange: Change;
  filter: RefObject<HTMLInputElement | null>;
}

/** Draws only the rows in sight, so that ten thousand boards scroll as ten do. */
export function BoardTable({ boards, view, onChange, filter }: BoardTableProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const scrollMargin = useScrollMargin(body);
  const rows = useWindowVirtualizer({
    count: boards.length,
    estimateSize: () => ROW_PX,
    overscan: 12,
    scrollMargin,
    getItemKey: (index) => boards[index]?.id ?? index,
  });
  const onKeyDown = useRowKeys({ body, count: boards.length, scrollTo: (index) => rows.scrollToIndex(index), filter });
  const visible = rows.getVirtualItems();
  return (
    <div className="panel overflow-hidden">
      <table className="w-full table-fixed border-collapse" aria-label="Boards" aria-rowcount={boards.length + 1}>
        <SortableHead view={view} onChange={onChange} />
        <tbody ref={body} onKeyDown={onKeyDown} className="[&>tr:last-child]:border-b-0">
          <Gap px={(visible[0]?.start ?? scrollMargin) - scrollMargin} />
          {visible.map(({ index, key }) => {
            const board = boards[index];
            return board ? <BoardRow key={key} board={board} index={index} /> : null;
          })}
          <Gap px={rows.getTotalSize() - ((visible.at(-1)?.end ?? scrollMargin) - scrollMargin)} />
        </tbody>
      </table>
    </div>
  );
}
