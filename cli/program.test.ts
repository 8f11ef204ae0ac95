import { expect, test } from 'vitest';
import type { Cli } from './cli.ts';
import { readCliConfig } from './config.ts';
import { createOutput } from './output.ts';
import { createProgram } from './program.ts';

const silent = { write: () => true, once: () => undefined };
const config = readCliConfig({});
const cli: Cli = {
  config,
  output: createOutput(silent, silent, config),
  readStdin: async () => new Uint8Array(),
  stdinIsTerminal: false,
  onInterrupt: () => () => undefined,
  setExitCode: () => undefined,
};
const { commands } = createProgram(cli);

test('the commands are these', () => {
  expect(commands.map((command) => command.name())).toEqual([
    'server-start',
    'server-stop',
    'server-status',
    'board-list',
    'board-add',
    'board-execute',
    'board-simulate',
  ]);
});

test.each(commands.map((command) => [command.name(), command] as const))(
  '%s has --json and help with an example',
  (name, command) => {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) });
    command.outputHelp();
    expect(help).toMatch(/^Examples?:$/m);
    expect(help).toContain(`mbm ${name}`);
    expect(help).toContain('--json');
    expect(help).toContain('--help');
  },
);
