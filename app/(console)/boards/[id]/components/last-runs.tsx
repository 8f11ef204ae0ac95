'use client';
import { Ago } from '../../../../_ui/ago.tsx';
import { cx } from '../../../../_ui/cx.ts';
import { Skeleton } from '../../../../_ui/skeleton.tsx';
import { firstLineOf } from '../first-line.ts';
import { RunStateBadge } from './run-state.tsx';
import type { BoardRun, Runs } from './use-runs.ts';

function RunItem({ item, selected, onSelect }: { item: BoardRun; selected: boolean; onSelect: () => void }) {
  const { run, codeHead } = item;
  return (
    <li>
      <button
        type="button"
        aria-current={selected ? 'true' : undefined}
        onClick={onSelect}
        className={cx(
          'flex w-full flex-col gap-1 rounded-lg px-2.5 py-2 text-left -outline-offset-2 hover:bg-hover',
          selected && 'bg-hover',
        )}
      >
        <span className="flex w-full items-center gap-2">
          <RunStateBadge run={run} />
          {run.startedAt ? (
            <Ago at={run.startedAt} until={run.endedAt} as="duration" className="text-xs text-ink-faint tabular-nums" />
          ) : null}
          <Ago at={run.queuedAt} className="ml-auto text-xs text-ink-faint" />
        </span>
        <code className="block w-full truncate font-mono text-xs text-ink-soft">{firstLineOf(codeHead)}</code>
      </button>
    </li>
  );
}

/** What ran here last; a click shows its output. */
export function LastRuns({ runs }: { runs: Runs }) {
  return (
    <section aria-labelledby="last-runs" className="panel">
      <div className="flex h-11 items-center border-b px-4">
        <h2 id="last-runs" className="font-semibold">
          Last runs
        </h2>
      </div>
      {runs.list?.length === 0 ? (
        <p className="px-4 py-3 text-ink-faint">None yet. Each run is kept here with its code and output.</p>
      ) : null}
      {runs.list ? null : <Skeleton className="m-3 h-16" />}
      <ol className={cx('max-h-80 overflow-y-auto', runs.list?.length ? 'p-1.5' : undefined)}>
        {runs.list?.map((item) => (
          <RunItem
            key={item.jobId}
            item={item}
            selected={item.jobId === runs.selected}
            onSelect={() => runs.select(item.jobId)}
          />
        ))}
      </ol>
    </section>
  );
}
