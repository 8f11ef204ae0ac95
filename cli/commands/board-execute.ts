import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { MAX_CODE_BYTES, type Run } from '#lib/api/schema.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { cliError, EXIT, usageError } from '../failure.ts';
import { FollowedJob } from '../followed-job.ts';
import { findHub } from '../hub-connection.ts';
import { createLineEnds } from '../line-ends.ts';
import { executingHeader } from '../output.ts';

interface ExecuteOptions extends CommonOptions {
  readonly code?: string;
  readonly timeout?: number;
}

/** One element of the `--json` array. */
interface ExecuteResult {
  readonly board: string;
  readonly state: Run['state'] | 'unknown';
  readonly output: string;
  readonly traceback: string | null;
  readonly exit: number | null;
  readonly reason: string | null;
}

const EXAMPLES = `
Examples:
  $ mbm board-execute esp8266-1 -c "print('hello')"
  $ mbm board-execute "esp8266-[1-3],wipy-1" blink.py --timeout 10
  $ echo "import os; print(os.listdir('/'))" | mbm board-execute all`;

export function addBoardExecute(program: Command, cli: Cli): void {
  program
    .command('board-execute')
    .summary('run Python on boards and show its output as it comes')
    .description(
      'Runs Python on the selected boards and shows the output of each as it comes. Ctrl-C cancels it on the boards; a second Ctrl-C leaves at once.',
    )
    .argument('<range>', 'names and ranges, "esp8266-[1-3],wipy-1"; "all" is every board')
    .argument('[file]', 'file with the code; without it and without -c the code is read from standard input')
    .option('-c, --code <code>', 'the code itself')
    .option('--timeout <seconds>', 'interrupt the program after this time', parseSeconds)
    .option('--json', 'print an array of {board, state, output, traceback, exit, reason}')
    .option('--data <folder>', "data folder of this machine's hub")
    .addHelpText('after', EXAMPLES)
    .action(async (range: string, file: string | undefined, options: ExecuteOptions) => {
      const code = await readCode(cli, file, options.code);
      const hub = await findHub(cli.config, options.data);
      const timeout = options.timeout === undefined ? {} : { timeoutS: options.timeout };
      const followed = await FollowedJob.create(
        hub,
        { boards: range, code, ...timeout },
        { onLinkLost: () => cli.output.note('The link to the hub broke off; waiting for it to come back …') },
      );
      const stopListening = cli.onInterrupt(() => {
        cli.output.note('Cancelling … press Ctrl-C again to leave at once.');
        hub.client.cancelJob(followed.job.id).catch((error: unknown) => cli.output.note(String(error)));
      });
      try {
        const results = options.json ? await collect(followed) : await print(cli, followed);
        if (options.json) cli.output.json(results);
        if (results.some((result) => result.state !== 'succeeded')) cli.setExitCode(EXIT.failed);
      } finally {
        stopListening();
        followed.close();
      }
    });
}

async function collect(followed: FollowedJob): Promise<readonly ExecuteResult[]> {
  const results: ExecuteResult[] = [];
  for (const { boardId } of followed.job.runs) {
    let output = '';
    const lineEnds = createLineEnds();
    const run = await followed.stream(boardId, (text) => {
      output += lineEnds.push(text);
    });
    results.push(resultOf(run, output + lineEnds.end()));
  }
  return [...results, ...unknownResults(followed)];
}

async function print(cli: Cli, followed: FollowedJob): Promise<readonly ExecuteResult[]> {
  const { job } = followed;
  for (const name of job.unknown) cli.output.trouble(`There is no board called '${name}'.`);
  const results: ExecuteResult[] = [];
  for (const { boardId, boardName } of job.runs) {
    cli.output.line(cli.output.paint('bold', executingHeader(boardName)));
    let isLineOpen = false;
    const lineEnds = createLineEnds();
    const show = (text: string) => {
      if (text !== '') isLineOpen = !text.endsWith('\n');
      return cli.output.fromBoard(text);
    };
    const run = await followed.stream(boardId, (text) => show(lineEnds.push(text)));
    await show(lineEnds.end());
    if (isLineOpen) cli.output.line();
    const trouble = troubleOf(run);
    if (trouble !== undefined) cli.output.trouble(trouble);
    results.push(resultOf(run, ''));
  }
  const all = [...results, ...unknownResults(followed)];
  if (all.length > 1) summarise(cli, all);
  return all;
}

function summarise(cli: Cli, results: readonly ExecuteResult[]): void {
  const bad = results.filter((result) => result.state !== 'succeeded');
  if (bad.length === 0) return;
  const names = bad.map((result) => `${result.board} (${result.state})`).join(', ');
  cli.output.trouble(`Not good on ${bad.length} of ${results.length} boards: ${names}`);
}

function resultOf(run: Run, output: string): ExecuteResult {
  const { boardName, state, traceback, exit, reason } = run;
  return { board: boardName, state, output, traceback, exit, reason };
}

function unknownResults({ job }: FollowedJob): readonly ExecuteResult[] {
  return job.unknown.map((board) => ({
    board,
    state: 'unknown',
    output: '',
    traceback: null,
    exit: null,
    reason: 'There is no such board.',
  }));
}

/** The board's traceback, else why it did not end well; undefined when it did. */
export function troubleOf(run: Run): string | undefined {
  if (run.state === 'succeeded') return undefined;
  if (run.traceback) return run.traceback;
  if (run.state === 'failed' && run.reason === null)
    return `'${run.boardName}': the program ended with exit ${run.exit ?? 1}.`;
  return `'${run.boardName}': ${run.state}${run.reason === null ? '.' : `: ${run.reason}`}`;
}

async function readCode(cli: Cli, file: string | undefined, code: string | undefined): Promise<string> {
  if (file !== undefined && code !== undefined) {
    throw usageError('The code was given twice, with -c and as a file.', 'Give one of the two.');
  }
  if (code !== undefined) return checkSize(code);
  if (file !== undefined && file !== '-') return checkSize(decode(await readCodeFile(file), file));
  if (cli.stdinIsTerminal) cli.output.note('Type the code and end it with Ctrl-D.');
  return checkSize(decode(await cli.readStdin(), 'standard input'));
}

async function readCodeFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    throw usageError(
      `The file ${file} cannot be read${why}.`,
      'Give a file with Python code, or the code itself with -c.',
    );
  }
}

function decode(bytes: Uint8Array, from: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw usageError(`What stands in ${from} is not UTF-8 text.`, 'Give Python source code in UTF-8.');
  }
}

function checkSize(code: string): string {
  if (Buffer.byteLength(code) > MAX_CODE_BYTES) throw cliError('code_too_large', 'The code is larger than 1 MB.');
  return code;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds > 0) return seconds;
  throw new InvalidArgumentError('Give a number of seconds, for example 10 or 0.5.');
}
