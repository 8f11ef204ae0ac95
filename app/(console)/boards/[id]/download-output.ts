import type { JobId, Run } from '#lib/api/schema.ts';
import { api } from '../../../_data/api.ts';

/** Fetches everything the hub has kept of a run's output and saves it as a file, byte for byte as the board wrote it. */
export async function downloadOutput(jobId: JobId, run: Run): Promise<void> {
  const parts: string[] = [];
  for (let from = 0; ; ) {
    const { text, next, run: now } = await api.output(jobId, run.boardId, from);
    parts.push(text);
    if (next <= from || next >= now.outputBytes) break;
    from = next;
  }
  const url = URL.createObjectURL(new Blob(parts, { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${run.boardName}-${jobId}.txt`;
  link.click();
  URL.revokeObjectURL(url);
}
