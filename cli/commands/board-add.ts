import type { Command } from 'commander';
import type { Provision } from '#lib/api/schema.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { findHub } from '../hub-connection.ts';

export function addBoardAdd(program: Command, cli: Cli): void {
  program
    .command('board-add')
    .summary('add a board that you provision by hand')
    .description(
      'Adds a board and prints what it needs: its id, the addresses of the hub, and a key that works for one first connection.',
    )
    .argument('<name>', 'letters, digits, "-", "_" and "."')
    .option('--json', 'print {board, key, epoch, hubUrls}')
    .option('--data <folder>', "data folder of this machine's hub")
    .addHelpText('after', '\nExample:\n  $ mbm board-add esp8266-1')
    .action(async (name: string, options: CommonOptions) => {
      const hub = await findHub(cli.config, options.data);
      const provision = await hub.client.createBoard(name);
      if (options.json) return cli.output.json(provision);
      for (const line of provisionLines(provision)) cli.output.line(line);
    });
}

const EPOCH_DIGITS = 8;

/** The file formats are those of lib/provision/files.ts. */
export function provisionLines({ board, key, epoch, hubUrls }: Provision): readonly string[] {
  const keyFile = board.id + epoch.toString(16).padStart(EPOCH_DIGITS, '0') + key;
  const config = JSON.stringify({ hubs: hubUrls, wifi: ['SSID', 'PASSWORD'] });
  return [
    `Board  ${board.name}`,
    `Id     ${board.id}`,
    ...hubUrls.map((url, at) => `${at === 0 ? 'Hub   ' : '      '} ${url}`),
    ...(hubUrls.length === 0
      ? ['Hub    (it listens on no address that a board could reach; start it without --host)']
      : []),
    `Key    ${key}  (epoch ${epoch})`,
    '',
    'The key is shown this once and works for one first connection; then the hub gives the board another.',
    'Copy the client onto the board (dist/device: boot.py and main.py to /, the rest to /cm/a), put your',
    "Wi-Fi's name and password into these lines, enter them at the board's REPL, and reset it:",
    '',
    '  import os, ubinascii',
    "  'cm' in os.listdir('/') or os.mkdir('/cm')",
    `  f = open('/cm/cfg.json', 'w'); f.write('''${config}'''); f.close()`,
    `  f = open('/cm/key', 'wb'); f.write(ubinascii.unhexlify('${keyFile}')); f.close()`,
  ];
}
