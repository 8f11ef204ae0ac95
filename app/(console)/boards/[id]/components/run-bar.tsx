'use client';
import { Code, Download } from 'lucide-react';
import { useState } from 'react';
import type { Job, Run } from '#lib/api/schema.ts';
import { toastProblem } from '../../../../_data/problem.ts';
import { Ago } from '../../../../_ui/ago.tsx';
import { Button } from '../../../../_ui/button.tsx';
import { bytesText } from '../../../../_ui/units.ts';
import { downloadOutput } from '../download-output.ts';
import { RunStateBadge } from './run-state.tsx';

function RunTimes({ run }: { run: Run }) {
  if (!run.startedAt) return <Ago at={run.queuedAt} className="text-ink-faint" />;
  return (
    <span className="text-ink-faint tabular-nums">
      <Ago at={run.startedAt} until={run.endedAt} as="duration" className="text-ink-soft" />
      {run.exit === null ? null : ` · exit ${run.exit}`}
      {run.endedAt ? ' · ' : null}
      {run.endedAt ? <Ago at={run.endedAt} /> : null}
    </span>
  );
}

function DownloadButton({ run, job }: { run: Run; job: Job }) {
  const [busy, setBusy] = useState(false);
  async function download() {
    setBusy(true);
    await downloadOutput(job.id, run).catch(toastProblem);
    setBusy(false);
  }
  return (
    <Button
      look="ghost"
      size="small"
      disabled={busy}
      onClick={() => void download()}
      title="Download all of the output"
    >
      <Download aria-hidden />
      <span className="sr-only">Download the output, </span>
      {bytesText(run.outputBytes)}
    </Button>
  );
}

interface RunBarProps {
  job: Job;
  run: Run;
  onUseCode: (code: string) => void;
}

/** State, time and exit of a run, and what can be taken from it. */
export function RunBar({ job, run, onUseCode }: RunBarProps) {
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-b py-1.5 pr-2 pl-4">
      <h2 className="font-semibold">Output</h2>
      <span role="status" className="contents">
        <RunStateBadge run={run} />
      </span>
      <RunTimes run={run} />
      <div className="ml-auto flex items-center">
        {run.outputBytes > 0 ? <DownloadButton run={run} job={job} /> : null}
        <Button
          look="ghost"
          size="small"
          onClick={() => onUseCode(job.code)}
          title="Put the code of this run into the editor"
        >
          <Code aria-hidden />
          Use this code
        </Button>
      </div>
    </div>
  );
}
