import type { Command } from 'commander';
import type { Cli, CommonOptions } from '../cli.ts';
import { dataDirOf } from '../config.ts';
import { cliError } from '../failure.ts';
import { connectLocal, findLocalHub } from '../hub-connection.ts';
import { answers, stopHubProcess } from '../hub-process.ts';

export function addServerStop(program: Command, cli: Cli): void {
  program
    .command('server-stop')
    .summary('stop the hub of this machine')
    .description(
      'Stops the hub of this machine and waits until its port is free. Boards reconnect when it is started again.',
    )
    .option('--data <folder>', 'data folder of the hub')
    .option('--json', 'print {stopped, pid}')
    .addHelpText('after', '\nExample:\n  $ mbm server-stop')
    .action(async (options: CommonOptions) => {
      const dataDir = dataDirOf(cli.config, options.data);
      const hub = await findLocalHub(dataDir);
      if (!hub) {
        if (options.json) return cli.output.json({ stopped: false, pid: null });
        return cli.output.note(`No hub was running with the data folder ${dataDir}.`);
      }
      // After a kill -9 another program may have been given the number: only a hub that takes the token is stopped.
      if (!(await answers(await connectLocal(dataDir, hub)))) {
        throw cliError(
          'hub_unreachable',
          `Process ${hub.pid} should be the hub, but nothing answers at ${hub.url}.`,
          `If it is a hub that hangs, end it with: kill ${hub.pid}`,
        );
      }
      await stopHubProcess(hub);
      if (options.json) return cli.output.json({ stopped: true, pid: hub.pid });
      cli.output.line(`The hub (process ${hub.pid}) has stopped; ${hub.url} is free.`);
    });
}
