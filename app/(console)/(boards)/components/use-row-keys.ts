'use client';
import { type KeyboardEvent, type RefObject, useEffect } from 'react';

interface RowKeysOptions {
  body: RefObject<HTMLElement | null>;
  count: number;
  scrollTo: (index: number) => void;
  /** The arrow down in the filter goes to the first row, the arrow up in the first row back. */
  filter: RefObject<HTMLInputElement | null>;
}

const PAGE_ROWS = 10;

const steps: Record<string, (index: number, last: number) => number> = {
  ArrowDown: (index) => index + 1,
  ArrowUp: (index) => index - 1,
  PageDown: (index, last) => Math.min(last, index + PAGE_ROWS),
  PageUp: (index) => Math.max(0, index - PAGE_ROWS),
  Home: () => 0,
  End: (_, last) => last,
};

function focusRow(body: HTMLElement | null, index: number): boolean {
  const link = body?.querySelector<HTMLElement>(`[data-row="${index}"]`);
  link?.focus({ preventScroll: false });
  return link !== undefined && link !== null;
}

/** Moves between rows with the arrow keys, drawn or not; Enter is the link's own. */
export function useRowKeys({ body, count, scrollTo, filter }: RowKeysOptions) {
  function goTo(index: number) {
    if (focusRow(body.current, index)) return;
    scrollTo(index);
    // The row is drawn with the next frames only.
    requestAnimationFrame(() => requestAnimationFrame(() => focusRow(body.current, index)));
  }

  useEffect(() => {
    const input = filter.current;
    function onDown(event: globalThis.KeyboardEvent) {
      if (event.key === 'ArrowDown' && focusRow(body.current, 0)) event.preventDefault();
    }
    input?.addEventListener('keydown', onDown);
    return () => input?.removeEventListener('keydown', onDown);
  }, [body, filter]);

  return (event: KeyboardEvent) => {
    const step = steps[event.key];
    const row = document.activeElement?.getAttribute('data-row');
    if (!step || row === null || row === undefined) return;
    event.preventDefault();
    const next = step(Number(row), count - 1);
    if (next < 0) filter.current?.focus();
    else if (next < count) goTo(next);
  };
}
