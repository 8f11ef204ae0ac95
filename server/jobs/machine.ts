/**
 * The life of a run, one board's part of a job, as a pure function: state and input to the next state and what to do.
 * No timers, no sockets, no database: runner.ts carries out the effects. docs/decisions/0004-job-ends.md says why it ends as it does.
 */

import type { RunState } from '#lib/api/schema.ts';
import type { Transition } from '#lib/machine.ts';
import type { DoneState } from '#lib/protocol/frames.ts';

export type StopReason = 'cancel' | 'timeout';

/** What of a run the machine decides about. */
export interface RunStatus {
  readonly state: RunState;
  readonly stopping: StopReason | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly exit: number | null;
  readonly traceback: string | null;
  readonly reason: string | null;
}

export interface RunContext {
  readonly now: number;
  /** The time limit that its author gave it, for the sentence. */
  readonly timeoutMs: number | null;
}

/** What the board's journal says when it connects, compared with the number of this run. */
export type JournalSays = 'not-started' | 'running' | 'lost' | DoneState;

export type RunInput =
  /** EXEC goes out. */
  | { readonly type: 'send' }
  /** The board has answered OK. */
  | { readonly type: 'started' }
  | { readonly type: 'done'; readonly state: DoneState; readonly status: number; readonly traceback: string }
  /** The board is connected but runs something that is not ours: later. */
  | { readonly type: 'busy' }
  /** The board refused to run it at all. */
  | { readonly type: 'refused'; readonly reason: string }
  /** Somebody wants it to end; `reachable` when an INT can be sent. */
  | { readonly type: 'cancel'; readonly reachable: boolean }
  | { readonly type: 'timeout'; readonly reachable: boolean }
  /** No DONE came after an INT. */
  | { readonly type: 'stop-overdue' }
  /** The board was off line longer than its author wanted to wait. */
  | { readonly type: 'expire' }
  | { readonly type: 'board-removed' }
  | { readonly type: 'journal'; readonly says: JournalSays; readonly status: number };

/** `execute`: send EXEC, which starts it or attaches to it; `interrupt`: send INT and expect DONE soon. */
export type RunEffect = 'save' | 'execute' | 'interrupt' | 'ended';

type Step = Transition<RunStatus, RunEffect>;

export const MAY_STILL_RUN = 'The program may still be running; reset the board to be sure.';

const ENDED_UNSEEN = 'It ended while the board was off line; what it wrote then is lost.';

export function nextRun(run: RunStatus, input: RunInput, context: RunContext): Step {
  switch (run.state) {
    case 'queued':
      return whileQueued(run, input, context);
    case 'sent':
    case 'running':
      return whileOnBoard(run, input, context);
    default:
      // Whatever comes after the end comes too late.
      return { state: run, effects: [] };
  }
}

function whileQueued(run: RunStatus, input: RunInput, context: RunContext): Step {
  switch (input.type) {
    case 'send':
      return { state: { ...run, state: 'sent' }, effects: ['save', 'execute'] };
    case 'cancel':
      return end(run, context, 'cancelled', 'It was cancelled before it was started.');
    case 'expire':
      return end(run, context, 'expired', 'The board is off line.');
    case 'board-removed':
      return end(run, context, 'cancelled', 'The board was removed.');
    case 'journal':
      return input.says === 'running'
        ? { state: { ...run, state: 'sent' }, effects: ['save', 'execute'] }
        : { state: run, effects: [] };
    default:
      return { state: run, effects: [] };
  }
}

function whileOnBoard(run: RunStatus, input: RunInput, context: RunContext): Step {
  switch (input.type) {
    case 'started':
      return started(run, context);
    case 'done':
      return done(run, input, context);
    case 'busy':
      return run.state === 'sent'
        ? { state: { ...run, state: 'queued' }, effects: ['save'] }
        : { state: run, effects: [] };
    case 'refused':
      return end({ ...run, exit: 1 }, context, 'failed', input.reason);
    case 'cancel':
    case 'timeout':
      return stop(run, input.type, input.reachable, context);
    case 'stop-overdue':
      return run.stopping
        ? end(
            run,
            context,
            'cancelled',
            `${stopSentence(run.stopping, context)} The board did not answer. ${MAY_STILL_RUN}`,
          )
        : { state: run, effects: [] };
    case 'board-removed':
      return end(run, context, 'cancelled', `The board was removed. ${MAY_STILL_RUN}`);
    case 'journal':
      return reconcile(run, input.says, input.status, context);
    default:
      return { state: run, effects: [] };
  }
}

function started(run: RunStatus, context: RunContext): Step {
  const state: RunStatus = { ...run, state: 'running', startedAt: run.startedAt ?? context.now };
  const changed = run.state !== 'running' || run.startedAt === null;
  // A wish to end it that came while nobody could be told is told now.
  return {
    state,
    effects: [...(changed ? (['save'] as const) : []), ...(run.stopping ? (['interrupt'] as const) : [])],
  };
}

function stop(run: RunStatus, why: StopReason, reachable: boolean, context: RunContext): Step {
  const stopping = run.stopping ?? why;
  if (!reachable)
    return end(run, context, 'cancelled', `${stopSentence(stopping, context)} The board is off line. ${MAY_STILL_RUN}`);
  if (run.stopping) return { state: run, effects: ['interrupt'] };
  return { state: { ...run, stopping }, effects: ['save', 'interrupt'] };
}

function done(
  run: RunStatus,
  { state, status, traceback }: Extract<RunInput, { type: 'done' }>,
  context: RunContext,
): Step {
  const ended: RunStatus = {
    ...run,
    startedAt: run.startedAt ?? context.now,
    exit: status,
    traceback: traceback === '' ? null : traceback,
  };
  switch (state) {
    case 'succeeded':
      return end({ ...ended, exit: 0 }, context, 'succeeded', null);
    case 'failed':
      return end(ended, context, 'failed', null);
    case 'cancelled':
      return end(
        { ...ended, exit: null },
        context,
        'cancelled',
        run.stopping ? stopSentence(run.stopping, context) : 'It was interrupted.',
      );
    case 'interrupted':
      return end({ ...ended, exit: null }, context, 'interrupted', 'The board restarted while it ran.');
  }
}

function reconcile(run: RunStatus, says: JournalSays, status: number, context: RunContext): Step {
  switch (says) {
    case 'running':
      return { state: run, effects: ['execute'] };
    case 'not-started':
      if (run.stopping)
        return end(run, context, 'cancelled', `${stopSentence(run.stopping, context)} It had not started.`);
      if (run.state === 'sent') return { state: run, effects: ['execute'] };
      // It was seen to start, and the journal has forgotten it: starting it again could do its work twice.
      return end(run, context, 'interrupted', 'The board lost its memory while it ran.');
    case 'lost':
      return end(run, context, 'interrupted', 'The board has no record of how it ended.');
    default: {
      const { state, effects } = done(run, { type: 'done', state: says, status, traceback: '' }, context);
      return { state: { ...state, reason: state.reason ?? ENDED_UNSEEN }, effects };
    }
  }
}

function end(run: RunStatus, context: RunContext, state: RunState, reason: string | null): Step {
  return { state: { ...run, state, reason, endedAt: context.now }, effects: ['save', 'ended'] };
}

function stopSentence(stopping: StopReason, { timeoutMs }: RunContext): string {
  return stopping === 'timeout'
    ? `It ran longer than the ${(timeoutMs ?? 0) / 1000} s you gave it.`
    : 'It was cancelled.';
}
