import type { CliConfig } from './config.ts';
import type { ExitCode } from './failure.ts';
import type { Output } from './output.ts';

/** What every command is given. */
export interface Cli {
  readonly config: CliConfig;
  readonly output: Output;
  /** Standard input: the text of a pipe, or what is typed until Ctrl-D. */
  readonly readStdin: () => Promise<Uint8Array>;
  readonly stdinIsTerminal: boolean;
  /** Calls back at Ctrl-C and SIGTERM until the answer is called. */
  readonly onInterrupt: (listener: () => void) => () => void;
  readonly setExitCode: (code: ExitCode) => void;
}

/** Options of every command that talks to a hub. */
export interface CommonOptions {
  readonly json?: true;
  readonly data?: string;
}
