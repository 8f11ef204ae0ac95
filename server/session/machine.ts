/** The life of one board's socket as a pure function. Which bytes become which input is session.ts; time comes in from heartbeat.ts. */
import { assertNever, type Machine, type Transition } from '#lib/machine.ts';
import { CLOSE_PROTOCOL, CLOSE_RECONNECT, CLOSE_REPLACED, CLOSE_SILENT } from '#lib/protocol/frames.ts';

/** RFC 6455 §7.4.1: the hub stops; the hub cannot go on. */
const CLOSE_GOING_AWAY = 1001;
const CLOSE_INTERNAL = 1011;

export const sessionStates = [
  /** The socket is open; nothing but an M1 may come. */
  'awaiting-hello',
  /** An M1 has come and its key is being looked up; nothing may come. */
  'finding-key',
  /** M2 is sent; nothing but an M3 with the right proof may come. */
  'awaiting-proof',
  /** Both sides are proved and WELCOME is sent; nothing but INFO may come. */
  'awaiting-info',
  /** The board's key has to change before anything else: KEY is under way and nothing else is asked of the board. */
  'rotating',
  /** Operations go both ways. */
  'open',
  /** The socket is closed or closing; nothing is heard any more. */
  'closed',
] as const;
export type SessionState = (typeof sessionStates)[number];

export const sessionInputs = [
  /** A well-formed M1. */
  'hello',
  /** M2 is made, with the key of that M1 or the decoy in its place. */
  'answered',
  /** An M3 that proves the key. */
  'proof',
  /** The board's facts, from a board that may keep its key. */
  'info',
  /** The board's facts, from a board whose key has to change. */
  'info-rotate',
  /** Any other operation in a good record. */
  'operation',
  /** Anything else that was heard. */
  'violation',
  /** The board keeps its next key. */
  'rotated',
  /** The board cannot keep a next key; it goes on with the one it has and is asked again when it connects anew. */
  'rotation-refused',
  /** The time to authenticate is over. */
  'deadline',
  /** Nothing was heard for DEAD_AFTER_HUB_MS. */
  'silence',
  /** A newer session of the same board is open. */
  'replaced',
  /** The board was removed from the hub. */
  'removed',
  /** The hub stops. */
  'stop',
  /** A part of the hub that the session needs has failed. */
  'failure',
  /** The socket has closed, whoever began. */
  'socket-closed',
] as const;
export type SessionInput = (typeof sessionInputs)[number];

export type SessionEffect =
  | { readonly do: 'answer-hello' | 'welcome' | 'rotate' | 'open' | 'dispatch' | 'end' }
  | { readonly do: 'close'; readonly code: number };

type Step = Transition<SessionState, SessionEffect>;

const FIND_KEY = step('finding-key', { do: 'answer-hello' });
const ANSWERED = step('awaiting-proof');
const WELCOME = step('awaiting-info', { do: 'welcome' });
const ROTATE = step('rotating', { do: 'rotate' });
const OPEN = step('open', { do: 'open' });
const DISPATCH_ROTATING = step('rotating', { do: 'dispatch' });
const DISPATCH = step('open', { do: 'dispatch' });
const REFUSED = closing(CLOSE_PROTOCOL);
const REPLACED = closing(CLOSE_REPLACED);
const RECONNECT = closing(CLOSE_RECONNECT);
const SILENT = closing(CLOSE_SILENT);
const STOPPED = closing(CLOSE_GOING_AWAY);
const FAILED = closing(CLOSE_INTERNAL);
const GONE = step('closed', { do: 'end' });
const STAYS_CLOSED = step('closed');

export const sessionMachine: Machine<SessionState, SessionInput, SessionEffect> = (state, input) => {
  if (state === 'closed') return STAYS_CLOSED;
  return ending(input) ?? progress(state, input);
};

/** Inputs that end a session whatever it is doing. */
function ending(input: SessionInput): Step | undefined {
  switch (input) {
    case 'violation':
    case 'removed':
      return REFUSED;
    case 'replaced':
      return REPLACED;
    case 'silence':
      return SILENT;
    case 'stop':
      return STOPPED;
    case 'failure':
      return FAILED;
    case 'socket-closed':
      return GONE;
    default:
      return undefined;
  }
}

function progress(state: Exclude<SessionState, 'closed'>, input: SessionInput): Step {
  switch (state) {
    case 'awaiting-hello':
      return input === 'hello' ? FIND_KEY : REFUSED;
    case 'finding-key':
      return input === 'answered' ? ANSWERED : REFUSED;
    case 'awaiting-proof':
      return input === 'proof' ? WELCOME : REFUSED;
    case 'awaiting-info':
      return afterWelcome(input);
    case 'rotating':
      return whileRotating(input);
    case 'open':
      return whileOpen(input);
    default:
      return assertNever(state);
  }
}

function afterWelcome(input: SessionInput): Step {
  if (input === 'info') return OPEN;
  return input === 'info-rotate' ? ROTATE : REFUSED;
}

function whileRotating(input: SessionInput): Step {
  if (input === 'operation') return DISPATCH_ROTATING;
  if (input === 'rotated') return RECONNECT;
  return input === 'rotation-refused' ? OPEN : REFUSED;
}

function whileOpen(input: SessionInput): Step {
  const isOperation = input === 'operation' || input === 'info' || input === 'info-rotate';
  return isOperation ? DISPATCH : REFUSED;
}

function closing(code: number): Step {
  return step('closed', { do: 'close', code }, { do: 'end' });
}

function step(state: SessionState, ...effects: readonly SessionEffect[]): Step {
  return { state, effects };
}
