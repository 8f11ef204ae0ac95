import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import type { Cli } from './cli.ts';
import { addBoardAdd } from './commands/board-add.ts';
import { addBoardExecute } from './commands/board-execute.ts';
import { addBoardList } from './commands/board-list.ts';
import { addBoardSimulate } from './commands/board-simulate.ts';
import { addServerStart } from './commands/server-start.ts';
import { addServerStatus } from './commands/server-status.ts';
import { addServerStop } from './commands/server-stop.ts';

const AFTER = `
Exit codes: 0 all good, 1 something failed on a board or at the hub, 2 wrong arguments, 3 no hub.
The hub is the one of this machine, or that of CLOUDMANAGER_URL with CLOUDMANAGER_TOKEN.`;

/** All commands, in the order in which a newcomer needs them. */
export function createProgram(cli: Cli): Command {
  const program = new Command('mbm')
    .description('Manage MicroPython boards through a Cloudmanager hub.')
    .version(packageJson.version)
    .showHelpAfterError('(add --help for the options and an example)')
    .addHelpText('after', AFTER);
  // Settings are inherited by the commands that are added after them.
  program.exitOverride();
  addServerStart(program, cli);
  addServerStop(program, cli);
  addServerStatus(program, cli);
  addBoardList(program, cli);
  addBoardAdd(program, cli);
  addBoardExecute(program, cli);
  addBoardSimulate(program, cli);
  return program;
}
