import { type Command, InvalidArgumentError } from 'commander';
import { type BoardId, boardNameSchema } from '#lib/api/schema.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { dataDirOf } from '../config.ts';
import { cliError } from '../failure.ts';
import { findHub, type HubConnection } from '../hub-connection.ts';
import { Simulation } from '../simulation.ts';
import { waitOnline } from '../wait-online.ts';

interface SimulateOptions extends CommonOptions {
  readonly name: string;
}

/** Each is a MicroPython of its own in a thread; beyond this a machine does nothing else. */
const MAX_SIMULATED_BOARDS = 100;
/** A virtual board is there after a second or two; on a busy machine with many it takes longer. */
const ONLINE_WITHIN_MS = 20_000;

export function addBoardSimulate(program: Command, cli: Cli): void {
  program
    .command('board-simulate')
    .summary('run virtual boards until Ctrl-C')
    .description(
      'Runs virtual boards, real MicroPython with the real client, against the hub. Ctrl-C ends them and removes them from the hub.',
    )
    .argument('<n>', `how many, 1 to ${MAX_SIMULATED_BOARDS}`, parseCount)
    .option(
      '--name <prefix>',
      'they are called PREFIX-1, PREFIX-2 …; names that exist are left out',
      parsePrefix,
      'simulated',
    )
    .option('--json', 'print an array of {name, id, online} when they run')
    .option('--data <folder>', "data folder of this machine's hub")
    .addHelpText('after', '\nExample:\n  $ mbm board-simulate 3 --name esp8266')
    .action(async (count: number, options: SimulateOptions) => {
      const hub = await findHub(cli.config, options.data);
      const simulation = await Simulation.start(hub, dataDirOf(cli.config, options.data), options.name, count);
      const stopWaiting = announce(cli, hub, simulation, options);
      const end = await Promise.race([interrupted(cli), simulation.broken]);
      stopWaiting();
      if (end === 'interrupted') cli.output.note('Ending the virtual boards …');
      await simulation.stop();
      if (end !== 'interrupted') throw cliError('board_error', `The virtual boards have ended. ${simulation.errors}`);
    });
}

/** Tells who is on line, once all are or have had the time; the answer gives that up. */
function announce(cli: Cli, hub: HubConnection, simulation: Simulation, options: SimulateOptions): () => void {
  const waiting = new AbortController();
  const until = AbortSignal.any([waiting.signal, AbortSignal.timeout(ONLINE_WITHIN_MS)]);
  const ids = simulation.boards.map(({ board }) => board.id);
  void waitOnline(hub, ids, until).then((missing) => {
    if (!waiting.signal.aborted) tell(cli, simulation, missing, options);
  });
  return () => waiting.abort();
}

function tell(cli: Cli, { boards, url }: Simulation, missing: ReadonlySet<BoardId>, options: SimulateOptions): void {
  const rows = boards.map(({ board: { name, id } }) => ({ name, id, online: !missing.has(id) }));
  if (options.json) {
    cli.output.json(rows);
    return;
  }
  for (const { name, online } of rows) cli.output.line(online ? `${name} is on line` : `${name} is not on line yet`);
  cli.output.note(`${rows.length === 1 ? 'It runs' : 'They run'} against ${url} until Ctrl-C.`);
}

function interrupted(cli: Cli): Promise<'interrupted'> {
  return new Promise((resolve) => {
    cli.onInterrupt(() => resolve('interrupted'));
  });
}

function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= MAX_SIMULATED_BOARDS) return count;
  throw new InvalidArgumentError(`Give a number from 1 to ${MAX_SIMULATED_BOARDS}.`);
}

function parsePrefix(text: string): string {
  // The longest number that is put behind it must fit, too.
  if (boardNameSchema.safeParse(`${text}-99999`).success) return text;
  throw new InvalidArgumentError('A name has letters, digits, "-", "_" and ".", and starts with a letter or digit.');
}
