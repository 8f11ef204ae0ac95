/** A run's state in words, each with its sentence. */
import type { Run, RunState } from '#lib/api/schema.ts';
import { endedRunStates } from '#lib/api/schema.ts';
import type { Tone } from '../../../_ui/badge.tsx';

export const runStateWords: Record<RunState, { label: string; tone: Tone; sentence: string }> = {
  queued: { label: 'waiting', tone: 'neutral', sentence: 'Waits until the board is free and on line.' },
  sent: { label: 'starting', tone: 'accent', sentence: 'Sent to the board; it has not said yet that it runs.' },
  running: { label: 'running', tone: 'accent', sentence: 'Runs on the board now.' },
  succeeded: { label: 'succeeded', tone: 'good', sentence: 'Ran to its end.' },
  failed: { label: 'failed', tone: 'bad', sentence: 'Ended with an error.' },
  cancelled: { label: 'interrupted', tone: 'busy', sentence: 'Was stopped by a person or by its time limit.' },
  expired: { label: 'expired', tone: 'neutral', sentence: 'The board did not come on line in time; nothing ran.' },
  interrupted: {
    label: 'cut off',
    tone: 'bad',
    sentence: 'The board or the hub restarted in the middle. It was not run again.',
  },
};

export function hasEnded(run: Pick<Run, 'state'>): boolean {
  return endedRunStates.some((state) => state === run.state);
}
