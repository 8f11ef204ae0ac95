'use client';
import type { Board } from '#lib/api/schema.ts';
import { Ago } from '../_ui/ago.tsx';
import { cx } from '../_ui/cx.ts';
import { boardStateWords, stateAge } from './board-words.ts';

const marks = {
  good: 'bg-good-mark',
  busy: 'bg-busy-mark pulse-mark',
  neutral: 'border-2 border-ink-faint',
  bad: '',
  accent: '',
};
const texts = { good: 'text-good', busy: 'text-busy', neutral: 'text-ink-soft', bad: '', accent: '' };

/** The state in a word, never without its age. */
export function BoardStateText({ board, className }: { board: Board; className?: string }) {
  const { label, tone, sentence } = boardStateWords[board.state];
  const age = stateAge(board);
  return (
    <span className={cx('inline-flex items-center gap-2 whitespace-nowrap', className)} title={sentence}>
      <span aria-hidden className={cx('size-2 shrink-0 rounded-full', marks[tone])} />
      <span>
        <span className={cx('font-medium', texts[tone])}>{label}</span>
        <span className="text-ink-faint"> · {age ? age.before : 'never seen'}</span>
        {age ? <Ago at={age.at} as={age.as} className="text-ink-faint tabular-nums" /> : null}
      </span>
    </span>
  );
}
