'use client';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { BoardId, JobId } from '#lib/api/schema.ts';
import { useLive } from '../../../../_live/live-provider.tsx';
import { RunOutput } from '../run-output.ts';

/** The output of one run, from its beginning and while it comes. */
export function useRunOutput(jobId: JobId, boardId: BoardId) {
  const live = useLive();
  const output = useMemo(() => new RunOutput(live, jobId, boardId), [live, jobId, boardId]);
  useEffect(() => output.start(), [output]);
  const snapshot = useSyncExternalStore(output.onChange, output.snapshot, output.snapshot);
  return { ...snapshot, echo: (text: string) => output.echo(text) };
}
