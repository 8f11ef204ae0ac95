import { type Command, InvalidArgumentError } from 'commander';
import { boardNameSchema } from '#lib/api/schema.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { dataDirOf } from '../config.ts';
import { cliError } from '../failure.ts';
import { findHub } from '../hub-connection.ts';
import { Simulation } from '../simulation.ts';

interface SimulateOptions extends CommonOptions {
  readonly name: string;
}

/** Each is a MicroPython of its own in a thread; beyond this a machine does nothing else. */
export const MAX_SIMULATED_BOARDS = 100;

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
    .option('--json', 'print an array of {name, id} when they run')
    .option('--data <folder>', "data folder of this machine's hub")
    .addHelpText('after', '\nExample:\n  $ mbm board-simulate 3 --name esp8266')
    .action(async (count: number, options: SimulateOptions) => {
      const hub = await findHub(cli.config, options.data);
      const simulation = await Simulation.start(hub, dataDirOf(cli.config, options.data), options.name, count);
      const boards = simulation.boards.map(({ board }) => ({ name: board.name, id: board.id }));
      if (options.json) cli.output.json(boards);
      else tell(cli, boards, hub.url);
      const end = await Promise.race([interrupted(cli), simulation.broken]);
      if (end !== 'interrupted') {
        await simulation.stop();
        throw cliError('board_error', `The virtual boards have ended. ${simulation.errors}`);
      }
      cli.output.note('Ending the virtual boards …');
      await simulation.stop();
    });
}

function tell(cli: Cli, boards: readonly { readonly name: string }[], url: string): void {
  for (const { name } of boards) cli.output.line(name);
  cli.output.note(`${boards.length === 1 ? 'This board runs' : 'These boards run'} against ${url} until Ctrl-C.`);
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
