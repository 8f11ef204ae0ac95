/**
 * `mbm`: a client of the public API like any other, one file a command in commands/. This file turns the process into a Cli and a
 * failure into an exit code. It holds no knowledge of boards. Read program.ts next, then hub-connection.ts and followed-job.ts.
 */
import { CommanderError } from 'commander';
import type { Cli } from './cli.ts';
import { readCliConfig } from './config.ts';
import { EXIT, type Failure, failureOf } from './failure.ts';
import { createOutput, type Output } from './output.ts';
import { createProgram } from './program.ts';

async function readStdin(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** The first signal is for the command; a second one must always get the user out. */
function onInterrupt(listener: () => void): () => void {
  let isSecond = false;
  const handle = () => {
    if (isSecond) process.exit(EXIT.failed);
    isSecond = true;
    listener();
  };
  process.on('SIGINT', handle).on('SIGTERM', handle);
  return () => void process.off('SIGINT', handle).off('SIGTERM', handle);
}

function report(output: Output, failure: Failure, asJson: boolean): void {
  const { code, message, hint, id } = failure;
  if (asJson) output.json({ error: { code, message, hint, ...(id === '' ? {} : { id }) } });
  else output.trouble(`${message}\n${hint}${id === '' ? '' : `\n(id of this error: ${id})`}`);
}

async function main(argv: readonly string[]): Promise<void> {
  const config = readCliConfig();
  const output = createOutput(process.stdout, process.stderr, config);
  const cli: Cli = {
    config,
    output,
    readStdin,
    stdinIsTerminal: process.stdin.isTTY === true,
    onInterrupt,
    setExitCode: (code) => {
      process.exitCode = code;
    },
  };
  try {
    await createProgram(cli).parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed what was wrong, or the help that was asked for.
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
      return;
    }
    const failure = failureOf(error);
    report(output, failure, argv.includes('--json'));
    process.exitCode = failure.exit;
  }
}

// `mbm … | head` closes the pipe early: that is the reader's right and no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});
await main(process.argv.slice(2));
