'use client';
import { Search } from 'lucide-react';
import { type RefObject, useEffect } from 'react';
import { type Board, type BoardState, boardStates } from '#lib/api/schema.ts';
import { boardStateWords } from '../../../_data/board-words.ts';
import { cx } from '../../../_ui/cx.ts';
import { inputClass } from '../../../_ui/field.tsx';
import { Kbd } from '../../../_ui/kbd.tsx';
import { type BoardView, countStates } from '../board-order.ts';

type Change = (changes: Readonly<Record<string, string | null>>) => void;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** `/` goes to the filter from anywhere on the page. */
function useSlash(input: RefObject<HTMLInputElement | null>) {
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      if (event.key !== '/' || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.select();
    }
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [input]);
}

interface FilterProps {
  view: BoardView;
  onChange: Change;
  inputRef: RefObject<HTMLInputElement | null>;
}

function FilterBox({ view, onChange, inputRef }: FilterProps) {
  useSlash(inputRef);
  return (
    <div className="relative min-w-0 flex-1 basis-56 sm:max-w-80">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-faint"
      />
      <input
        ref={inputRef}
        type="search"
        aria-label="Filter the boards"
        placeholder="Filter by name, platform, address…"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        defaultValue={view.text}
        onChange={(event) => onChange({ q: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.currentTarget.value = '';
          onChange({ q: null });
        }}
        className={cx(inputClass, 'h-9 pr-9 pl-9')}
      />
      <span aria-hidden className="pointer-events-none absolute top-1/2 right-2 hidden -translate-y-1/2 sm:block">
        <Kbd>/</Kbd>
      </span>
    </div>
  );
}

function StateChip({
  state,
  count,
  on,
  onToggle,
}: {
  state: BoardState;
  count: number;
  on: boolean;
  onToggle: () => void;
}) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={onToggle}
      className={cx(
        'flex h-9 items-center gap-1.5 rounded-lg border px-3 font-medium capitalize transition-colors',
        on ? 'border-accent bg-accent-soft text-accent' : 'border-line-strong bg-surface text-ink-soft hover:bg-hover',
      )}
    >
      {boardStateWords[state].label}
      <span className={cx('tabular-nums', !on && 'text-ink-faint')}>{count}</span>
    </button>
  );
}

interface BoardsToolbarProps extends FilterProps {
  boards: readonly Board[];
  shownCount: number;
}

export function BoardsToolbar({ boards, view, shownCount, onChange, inputRef }: BoardsToolbarProps) {
  const counts = countStates(boards);
  function toggle(state: BoardState) {
    const next = boardStates.filter((each) => (each === state) !== view.states.includes(each));
    onChange({ state: next.join(',') });
  }
  return (
    <search className="mb-4 flex flex-wrap items-center gap-2">
      <FilterBox view={view} onChange={onChange} inputRef={inputRef} />
      <fieldset className="flex gap-2">
        <legend className="sr-only">Show only boards that are</legend>
        {boardStates.map((state) => (
          <StateChip
            key={state}
            state={state}
            count={counts[state]}
            on={view.states.includes(state)}
            onToggle={() => toggle(state)}
          />
        ))}
      </fieldset>
      <p role="status" className="ml-auto text-ink-faint tabular-nums">
        {shownCount === boards.length
          ? `${boards.length} ${boards.length === 1 ? 'board' : 'boards'}`
          : `${shownCount} of ${boards.length}`}
      </p>
    </search>
  );
}
