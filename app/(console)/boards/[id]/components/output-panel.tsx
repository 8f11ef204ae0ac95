'use client';
import { Terminal } from 'lucide-react';
import type { RefObject } from 'react';
import type { Board, JobId, Run } from '#lib/api/schema.ts';
import { useJob } from '../../../../_data/jobs.ts';
import { problemOf } from '../../../../_data/problem.ts';
import { EmptyState } from '../../../../_ui/empty-state.tsx';
import { Notice } from '../../../../_ui/notice.tsx';
import { Skeleton } from '../../../../_ui/skeleton.tsx';
import { hasEnded } from '../run-words.ts';
import type { EditorHandle } from './code-editor.tsx';
import { OutputPane } from './output-pane.tsx';
import { RunBar } from './run-bar.tsx';
import { StdinLine } from './stdin-line.tsx';
import { TracebackView } from './traceback-view.tsx';
import { useRunOutput } from './use-run-output.ts';
import type { Runs } from './use-runs.ts';

interface OutputPanelProps {
  board: Board;
  runs: Runs;
  editor: RefObject<EditorHandle | null>;
}

function NoRunYet() {
  return (
    <EmptyState icon={<Terminal />} title="Nothing has run yet">
      What your program prints appears here while it runs.
    </EmptyState>
  );
}

function RunEnd({ run, editor }: { run: Run; editor: OutputPanelProps['editor'] }) {
  return (
    <>
      {run.traceback ? (
        <TracebackView traceback={run.traceback} onLine={(line) => editor.current?.goToLine(line)} />
      ) : null}
      {run.reason ? <p className="border-t px-4 py-2.5 text-ink-soft">{run.reason}</p> : null}
    </>
  );
}

function SelectedRun({ jobId, board, runs, editor }: OutputPanelProps & { jobId: JobId }) {
  const { data: job, error } = useJob(jobId);
  const output = useRunOutput(jobId, board.id);
  const run = job?.runs.find((each) => each.boardId === board.id);
  if (error && !job) {
    return (
      <Notice look="error" title={problemOf(error).title} className="m-4">
        {problemOf(error).hint}
      </Notice>
    );
  }
  if (!job) return <Skeleton className="m-4 h-32" />;
  if (!run) return <EmptyState title="This job did not run on this board" />;
  const interrupt = () => runs.cancel(jobId);
  return (
    <>
      <RunBar job={job} run={run} onUseCode={(code) => editor.current?.replaceCode(code)} />
      <OutputPane output={output} run={run} onInterrupt={interrupt} />
      {run.state === 'running' ? (
        <StdinLine jobId={jobId} boardId={board.id} onSend={output.echo} onInterrupt={interrupt} />
      ) : null}
      {hasEnded(run) ? <RunEnd run={run} editor={editor} /> : null}
    </>
  );
}

/** What the selected run writes and how it ends. */
export function OutputPanel(props: OutputPanelProps) {
  const { runs } = props;
  return (
    <section aria-label="Output" className="panel overflow-hidden">
      {runs.selected ? <SelectedRun key={runs.selected} jobId={runs.selected} {...props} /> : null}
      {!runs.selected && runs.list ? <NoRunYet /> : null}
      {!runs.selected && !runs.list && !runs.error ? <Skeleton className="m-4 h-32" /> : null}
      {!runs.selected && runs.error ? (
        <Notice look="error" title={problemOf(runs.error).title} className="m-4">
          {problemOf(runs.error).hint}
        </Notice>
      ) : null}
    </section>
  );
}
