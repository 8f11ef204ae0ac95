/** What the contract suite asks of a kind of board, so that the same tests run on each. */
import type { BoardFile, Wifi } from '#lib/provision/files.ts';

/** How a board that is not in this machine reaches the test hub. */
export interface Network {
  /** An address of this machine. */
  readonly host: string;
  readonly wifi: Wifi | undefined;
}

export interface TargetBoard {
  /** The reset button, or the nearest thing there is. */
  reset(): Promise<void>;
  stop(): Promise<void>;
  /** What the board wrote to its console, for the message of a failed test. */
  console(): string;
}

export interface BoardTarget {
  readonly name: string;
  /** sys.platform as INFO tells it. */
  readonly platform: RegExp;
  /**
   * Free heap that INFO must at least tell; undefined where sizes mean nothing. Here it is less than the client's budget of 28 KB:
   * what a target does in Python where firmware does it in C, and INFO's own module, take theirs. The budget is proved
   * by device/tests/memory.test.ts.
   */
  readonly leastFreeBytes: number | undefined;
  /** True when a program can call machine.reset(). */
  readonly canResetItself: boolean;
  /** False where `reset` goes through the REPL, which interrupts a program before it cuts it. */
  readonly hasResetButton: boolean;
  /** Undefined: the board is on this machine. */
  readonly network?: Network;
  /** Puts the files of a provisioned board there and starts it. */
  start(files: readonly BoardFile[]): Promise<TargetBoard>;
}
