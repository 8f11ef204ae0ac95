'use client';
import { SearchX } from 'lucide-react';
import { useDeferredValue, useMemo, useRef } from 'react';
import type { Board } from '#lib/api/schema.ts';
import { Button } from '../../../_ui/button.tsx';
import { EmptyState } from '../../../_ui/empty-state.tsx';
import { useMediaQuery } from '../../../_ui/use-media-query.ts';
import { useSearchParamsState } from '../../../_ui/use-search-params-state.ts';
import { filterBoards, sortBoards, viewFromParams } from '../board-order.ts';
import { BoardCards } from './board-cards.tsx';
import { BoardTable } from './board-table.tsx';
import { BoardsToolbar } from './boards-toolbar.tsx';

function NothingMatches({ onClear }: { onClear: () => void }) {
  return (
    <div className="panel">
      <EmptyState
        icon={<SearchX />}
        title="No board matches"
        actions={<Button onClick={onClear}>Show all boards</Button>}
      >
        Nothing in your team fits this filter.
      </EmptyState>
    </div>
  );
}

/** The boards as the address asks for them: a table where there is room, cards on a phone. */
export function BoardList({ boards }: { boards: readonly Board[] }) {
  const [params, change] = useSearchParamsState();
  const wide = useMediaQuery('(min-width: 48rem)');
  const filter = useRef<HTMLInputElement>(null);
  const view = useMemo(() => viewFromParams(params), [params]);
  const deferred = useDeferredValue(view);
  const shown = useMemo(() => sortBoards(filterBoards(boards, deferred), deferred), [boards, deferred]);

  function clear() {
    if (filter.current) filter.current.value = '';
    change({ q: null, state: null });
  }

  return (
    <>
      <BoardsToolbar boards={boards} view={view} shownCount={shown.length} onChange={change} inputRef={filter} />
      {shown.length === 0 ? <NothingMatches onClear={clear} /> : null}
      {shown.length > 0 && wide ? <BoardTable boards={shown} view={view} onChange={change} filter={filter} /> : null}
      {shown.length > 0 && !wide ? <BoardCards boards={shown} /> : null}
    </>
  );
}
