/**
 * What is happening to a board on a cable: what a screen or mbm shows at each moment. machine.ts moves from one to the next;
 * stage-texts.ts has the sentence of each.
 */
import type { LinkStep } from './board-talk.ts';
import type { ChipFacts } from './chip.ts';
import type { FailureCode } from './failures.ts';
import type { FlashMode } from './image.ts';
import type { Transfer } from './transfer.ts';

/** `clean`: new MicroPython and a new file system; `keep`: new MicroPython; `connect`: the MicroPython that is there. */
export const intentions = ['clean', 'keep', 'connect'] as const;
export type Intention = (typeof intentions)[number];

export interface FlashPlan {
  readonly intention: Intention;
  /** Tried once the chip has answered at 115200; slower by itself on any error. */
  readonly baud: 115200 | 460800 | 921600;
  /** Undefined keeps the mode of the image; DIO and DOUT are for boards that do not start. */
  readonly flashMode?: Extract<FlashMode, 'dio' | 'dout'>;
}

/** The MicroPython that answered. */
export interface PythonFacts {
  /** `1.27.0` */
  readonly version: string;
  readonly machine: string;
  readonly mac: string;
  /** machine.unique_id() in hexadecimal: the same for the same chip. */
  readonly chipId: string;
  readonly freeBytes: number;
}

/** What a person may rely on when it ends early. */
export type BoardCondition =
  | 'untouched'
  /** In its boot loader, with what it had in flash. */
  | 'in-loader'
  /** Erased or written in part: it cannot start. */
  | 'half-written'
  /** MicroPython runs; the client is not, or not wholly, on it. */
  | 'micropython'
  /** All is on it: it dials by itself whenever it has power. */
  | 'provisioned';

/** `slower`: the chip did not follow to the higher speed; `no-rf-data`: above 4 MB, and the firmware carries none. */
export type Notice = 'slower' | 'no-rf-data' | 'main-kept' | 'boot-kept';

/** What is known, at whatever stage. */
export interface Known {
  readonly plan: FlashPlan;
  readonly board: BoardCondition;
  readonly baud: number;
  readonly notices: readonly Notice[];
  readonly chip?: ChipFacts;
  readonly python?: PythonFacts;
}

export type Stage =
  | { readonly stage: 'connecting' }
  | { readonly stage: 'loading' }
  | { readonly stage: 'erasing' }
  | { readonly stage: 'writing'; readonly transfer: Transfer }
  | { readonly stage: 'verifying' }
  | { readonly stage: 'starting' }
  | { readonly stage: 'asking' }
  | { readonly stage: 'provisioning'; readonly transfer: Transfer }
  | { readonly stage: 'joining'; readonly step: LinkStep; readonly ip?: string; readonly trouble?: FailureCode };

export type StageName = Stage['stage'];

export type Ending =
  | { readonly stage: 'online'; readonly ip?: string }
  | {
      readonly stage: 'failed';
      readonly code: FailureCode;
      /** What the port, the board or the hub said. */
      readonly detail: string;
      readonly during: StageName;
    }
  | { readonly stage: 'cancelled'; readonly during: StageName };

export type FlashState = Known & (Stage | Ending);

export function hasEnded(state: FlashState): state is Known & Ending {
  return state.stage === 'online' || state.stage === 'failed' || state.stage === 'cancelled';
}
