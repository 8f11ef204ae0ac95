/** Words for what a board says in numbers. */

import type { Board, BoardState } from '#lib/api/schema.ts';
import { assertNever } from '#lib/machine.ts';
import type { Tone } from '../_ui/badge.tsx';

export const boardStateWords: Record<BoardState, { label: string; tone: Tone; sentence: string }> = {
  online: { label: 'online', tone: 'good', sentence: 'Connected and ready.' },
  busy: { label: 'busy', tone: 'busy', sentence: 'Connected; a program of yours runs.' },
  offline: { label: 'offline', tone: 'neutral', sentence: 'Not connected.' },
};

/** The moment that the age of a state counts from, and how it reads: `for 3 min`, `last seen 2 h ago`, `never seen`. */
export function stateAge(board: Board): { at: string; before: string; as: 'span' | 'ago' } | undefined {
  switch (board.state) {
    case 'online':
    case 'busy':
      return { at: board.stateSince, before: 'for ', as: 'span' };
    case 'offline':
      return board.lastSeenAt === null ? undefined : { at: board.lastSeenAt, before: 'last seen ', as: 'ago' };
    default:
      return assertNever(board.state);
  }
}

// The numbers of machine.reset_cause() on ESP8266; other ports number differently and are shown as a number.
const esp8266ResetCauses = [
  'power on',
  'hardware watchdog',
  'exception',
  'software watchdog',
  'soft reset',
  'deep sleep wake-up',
  'reset pin',
] as const;

export function resetCauseWords(board: Board): string | undefined {
  if (board.resetCause === null) return undefined;
  const words = board.platform === 'esp8266' ? esp8266ResetCauses[board.resetCause] : undefined;
  return words ?? `cause ${board.resetCause}`;
}
