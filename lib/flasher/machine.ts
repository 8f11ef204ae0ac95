/**
 * The order in which a board is flashed and provisioned, as a pure function: no port, no clock. flasher.ts carries out the one
 * effect of each step and feeds what came of it. Read flash-state.ts first.
 */
import { assertNever, type Transition } from '../machine.ts';
import type { Talk } from './board-talk.ts';
import { type ChipFacts, SAFE_BAUD } from './chip.ts';
import type { FailureCode } from './failures.ts';
import {
  type BoardCondition,
  type FlashPlan,
  type FlashState,
  hasEnded,
  type Known,
  type Notice,
  type PythonFacts,
  type Stage,
} from './flash-state.ts';
import { advance, startTransfer } from './transfer.ts';

/** What to do next; each ends in one of the inputs named beside it, or in `failed`. */
export type FlashEffect =
  | { readonly do: 'open-chip'; readonly baud: number } // chip
  | { readonly do: 'load-image' } // image
  | { readonly do: 'erase' } // erased
  | { readonly do: 'write' } // progress, then written
  | { readonly do: 'verify' } // verified
  | { readonly do: 'start-python'; readonly isFresh: boolean } // python
  | { readonly do: 'ask-hub' } // identity
  | { readonly do: 'provision' } // progress, then provisioned
  | { readonly do: 'watch' } // said, then online
  | { readonly do: 'close' };

export type FlashInput =
  | { readonly on: 'chip'; readonly facts: ChipFacts; readonly baud: number }
  | { readonly on: 'image'; readonly packedBytes: number; readonly nowMs: number; readonly hasRfData: boolean }
  | { readonly on: 'erased'; readonly packedBytes: number; readonly nowMs: number }
  | { readonly on: 'progress'; readonly doneBytes: number; readonly nowMs: number }
  | { readonly on: 'written' }
  | { readonly on: 'verified' }
  | { readonly on: 'python'; readonly facts: PythonFacts }
  | { readonly on: 'identity'; readonly totalBytes: number; readonly nowMs: number }
  | { readonly on: 'provisioned'; readonly notices: readonly Notice[] }
  | { readonly on: 'said'; readonly talk: Talk }
  | { readonly on: 'online'; readonly ip: string | undefined }
  | { readonly on: 'failed'; readonly code: FailureCode; readonly detail: string }
  | { readonly on: 'cancel' };

type Step = Transition<FlashState, FlashEffect>;

/** The first state, and what to do first. */
export function begin(plan: FlashPlan): Step {
  const known: Known = { plan, board: 'untouched', baud: SAFE_BAUD, notices: [] };
  if (plan.intention === 'connect') return go(known, { stage: 'starting' }, { do: 'start-python', isFresh: false });
  return go(known, { stage: 'connecting' }, { do: 'open-chip', baud: plan.baud });
}

/** *Try again* after what was wrong has been changed: a board that has MicroPython is not flashed a second time. */
export function again(state: FlashState, plan: FlashPlan = state.plan): Step {
  const isRunning = state.board === 'micropython' || state.board === 'provisioned';
  return begin(isRunning && state.stage === 'failed' && !plan.flashMode ? { ...plan, intention: 'connect' } : plan);
}

export function step(state: FlashState, input: FlashInput): Step {
  if (hasEnded(state)) return { state, effects: [] };
  switch (input.on) {
    case 'chip':
      return onChip(state, input.facts, input.baud);
    case 'image':
      return onImage(state, input);
    case 'erased':
      return go(
        { ...known(state), board: 'half-written' },
        { stage: 'writing', transfer: startTransfer(input.packedBytes, input.nowMs) },
        { do: 'write' },
      );
    case 'progress':
      return onProgress(state, input.doneBytes, input.nowMs);
    case 'written':
      return go(known(state), { stage: 'verifying' }, { do: 'verify' });
    case 'verified':
      return go(
        { ...known(state), board: 'micropython' },
        { stage: 'starting' },
        { do: 'start-python', isFresh: true },
      );
    case 'python':
      return go({ ...known(state), board: 'micropython', python: input.facts }, { stage: 'asking' }, { do: 'ask-hub' });
    case 'identity':
      return go(
        known(state),
        { stage: 'provisioning', transfer: startTransfer(input.totalBytes, input.nowMs) },
        { do: 'provision' },
      );
    case 'provisioned':
      return go(
        { ...noticed(known(state), ...input.notices), board: 'provisioned' },
        { stage: 'joining', step: 'starting' },
        { do: 'watch' },
      );
    case 'said':
      return state.stage === 'joining' ? stay({ ...known(state), ...joining(input.talk) }) : stay(state);
    case 'online':
      return end({ ...known(state), stage: 'online', ...(input.ip ? { ip: input.ip } : {}) });
    case 'failed':
      return onFailed(state, input.code, input.detail);
    case 'cancel':
      return end({ ...known(state), stage: 'cancelled', during: state.stage });
    default:
      return assertNever(input);
  }
}

/** Nothing is erased before the firmware is there and has been found whole. */
function onChip(state: Known & Stage, chip: ChipFacts, baud: number): Step {
  const isSlower = baud < state.plan.baud;
  const next = { ...known(state), chip, baud, board: condition(state.board, 'in-loader') };
  return go(isSlower ? noticed(next, 'slower') : next, { stage: 'loading' }, { do: 'load-image' });
}

function onImage(state: Known & Stage, input: Extract<FlashInput, { on: 'image' }>): Step {
  const next = input.hasRfData ? known(state) : noticed(known(state), 'no-rf-data');
  if (state.plan.intention === 'clean') {
    return go({ ...next, board: 'half-written' }, { stage: 'erasing' }, { do: 'erase' });
  }
  return go(
    { ...next, board: 'half-written' },
    { stage: 'writing', transfer: startTransfer(input.packedBytes, input.nowMs) },
    { do: 'write' },
  );
}

function onProgress(state: Known & Stage, doneBytes: number, nowMs: number): Step {
  if (state.stage !== 'writing' && state.stage !== 'provisioning') return stay(state);
  return stay({ ...state, transfer: advance(state.transfer, doneBytes, nowMs) });
}

/** An unreliable cable often carries 115200: one more attempt from the start, at that speed, before giving up. */
function onFailed(state: Known & Stage, code: FailureCode, detail: string): Step {
  const isFast = state.baud > SAFE_BAUD || (state.stage === 'connecting' && state.plan.baud > SAFE_BAUD);
  const wasSlowed = state.notices.includes('slower');
  if (code === 'chip_link_broken' && isFast && !wasSlowed) {
    const slower = noticed({ ...known(state), baud: SAFE_BAUD }, 'slower');
    return go(slower, { stage: 'connecting' }, { do: 'open-chip', baud: SAFE_BAUD });
  }
  return end({ ...known(state), stage: 'failed', code, detail, during: state.stage });
}

function joining(talk: Talk): Extract<Stage, { stage: 'joining' }> {
  return {
    stage: 'joining',
    step: talk.step,
    ...(talk.ip ? { ip: talk.ip } : {}),
    ...(talk.trouble ? { trouble: talk.trouble.code } : {}),
  };
}

/** What a half-written board is does not become better by its boot loader answering. */
function condition(before: BoardCondition, now: BoardCondition): BoardCondition {
  return before === 'half-written' ? before : now;
}

function known({ plan, board, baud, notices, chip, python }: Known): Known {
  return { plan, board, baud, notices, ...(chip ? { chip } : {}), ...(python ? { python } : {}) };
}

function noticed(state: Known, ...notices: readonly Notice[]): Known {
  return { ...state, notices: [...new Set([...state.notices, ...notices])] };
}

function go(state: Known, stage: Stage, effect: FlashEffect): Step {
  return { state: { ...state, ...stage }, effects: [effect] };
}

function stay(state: FlashState): Step {
  return { state, effects: [] };
}

function end(state: FlashState): Step {
  return { state, effects: [{ do: 'close' }] };
}
