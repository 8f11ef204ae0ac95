import type { Command } from 'commander';
import type { Cli, CommonOptions } from '../cli.ts';
import { dataDirOf } from '../config.ts';
import { EXIT } from '../failure.ts';
import { connectLocal, findLocalHub } from '../hub-connection.ts';
import { formatAge } from '../quantities.ts';

export function addServerStatus(program: Command, cli: Cli): void {
  program
    .command('server-status')
    .summary('is the hub of this machine running?')
    .description(
      'Tells whether the hub of this machine runs, where, and since when. Exit code 0: it runs, 3: it does not.',
    )
    .option('--data <folder>', 'data folder of the hub')
    .option('--json', 'print {running, url, addresses, version, startedAt, pid, boards}')
    .addHelpText('after', '\nExample:\n  $ mbm server-status || mbm server-start')
    .action(async (options: CommonOptions) => {
      const status = await readStatus(cli, options.data);
      if (!status.running) cli.setExitCode(EXIT.noHub);
      if (options.json) return cli.output.json(status);
      if (!status.running) return cli.output.note(`${status.reason} Start one with \`mbm server-start\`.`);
      const { version, startedAt, pid, boards } = status;
      cli.output.line(
        `Cloudmanager ${version} is running since ${startedAt} (${formatAge(startedAt, Date.now())}), process ${pid}`,
      );
      for (const address of status.addresses) cli.output.line(`Listening on ${address}`);
      cli.output.line(`Boards: ${boards.online} of ${boards.total} on line`);
    });
}

async function readStatus(cli: Cli, data: string | undefined) {
  const dataDir = dataDirOf(cli.config, data);
  const hub = await findLocalHub(dataDir);
  if (!hub) return { running: false, reason: `No hub runs on this machine with the data folder ${dataDir}.` } as const;
  try {
    const { client } = await connectLocal(dataDir, hub);
    return { running: true, url: hub.url, pid: hub.pid, ...(await client.hub()) } as const;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { running: false, reason: `${hub.url} is said to be the hub (process ${hub.pid}), but: ${why}` } as const;
  }
}
