/** What the threads of a virtual board tell each other by message; everything frequent goes through shared-memory.ts. */
import type { VmAddresses } from '../vm/rewrite.ts';
import type { WifiSettings, WifiStart } from './wifi.ts';

/** Everything a worker needs for one power-up. */
export interface WorkerStart {
  readonly shared: SharedArrayBuffer;
  readonly vm: WebAssembly.Module;
  readonly addresses: VmAddresses;
  readonly heapBytes: number;
  /** Python sources of the firmware's modules, by module name. */
  readonly firmware: ReadonlyMap<string, string>;
  readonly files: FileTree;
  readonly name: string;
  /** 4 bytes: machine.unique_id(). */
  readonly chipId: Uint8Array;
  readonly resetCause: number;
  readonly flash: FlashLayout;
  /** undefined: always connected. */
  readonly wifi: WifiStart | undefined;
}

/** What esp and os.statvfs say of the flash. */
export interface FlashLayout {
  readonly sizeBytes: number;
  readonly filesAt: number;
  readonly filesBytes: number;
}

/** Absolute paths; a folder has no content. */
export type FileTree = ReadonlyMap<string, Uint8Array | null>;

/** One change of the board's flash, in the order in which it became durable. */
export type FileChange =
  | { readonly kind: 'write'; readonly path: string; readonly from: number; readonly bytes: Uint8Array }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'mkdir'; readonly path: string };

export type WorkerMessage =
  /** The VM stands, its memory is shared; Python has not run yet. */
  | { readonly kind: 'booted'; readonly memory: WebAssembly.Memory }
  /** A ring has something for the main thread, or room again. */
  | { readonly kind: 'attention' }
  | { readonly kind: 'connect'; readonly socket: number; readonly host: string; readonly port: number }
  | { readonly kind: 'close'; readonly socket: number }
  /** periodMs 0 stops the timer. */
  | { readonly kind: 'timer'; readonly timer: number; readonly periodMs: number; readonly repeat: boolean }
  | { readonly kind: 'file'; readonly change: FileChange }
  | { readonly kind: 'wifi'; readonly settings: WifiSettings }
  | { readonly kind: 'soft-reset' }
  | { readonly kind: 'reset'; readonly cause: number };

/** machine.reset_cause() of the ESP8266. */
export const RESET_CAUSE = {
  powerOn: 0,
  watchdog: 1,
  exception: 2,
  softWatchdog: 3,
  soft: 4,
  deepSleep: 5,
  hard: 6,
} as const;

export type ResetCause = keyof typeof RESET_CAUSE;
