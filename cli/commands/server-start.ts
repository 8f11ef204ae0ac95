import { type Command, InvalidArgumentError } from 'commander';
import type { HubFile } from '#lib/node/data-dir.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { dataDirOf } from '../config.ts';
import { connectLocal, findLocalHub, type HubConnection } from '../hub-connection.ts';
import { answers, prepareHub, startHubProcess } from '../hub-process.ts';

interface StartOptions extends CommonOptions {
  readonly port?: string;
  readonly host?: string;
}

export function addServerStart(program: Command, cli: Cli): void {
  program
    .command('server-start')
    .summary('start the hub in the background')
    .description('Starts the hub of this machine in the background and prints where it listens.')
    .option('--port <port>', 'port to listen on (default: 18266; 0: any free port)', parsePort)
    .option('--data <folder>', 'folder for the database, the keys and the log')
    .option('--host <address>', 'address to listen on (default: all of this machine)')
    .option('--json', 'print {running, url, addresses, pid, startedAt, setupUrl, alreadyRunning}')
    .addHelpText(
      'after',
      '\nExample:\n  $ mbm server-start\n  $ mbm server-start --port 8080 --data ./data --host 127.0.0.1',
    )
    .action(async (options: StartOptions) => {
      const dataDir = dataDirOf(cli.config, options.data);
      const running = await findAnsweringHub(dataDir);
      if (running) return tell(cli, running, { alreadyRunning: true, json: options.json === true });
      await prepareHub(cli.config);
      const started = await startHubProcess({ ...options, dataDir });
      await tell(cli, started, { alreadyRunning: false, json: options.json === true });
    });
}

interface LocalHub {
  readonly hub: HubFile;
  readonly connection: HubConnection;
}

/** A process with the number in hub.json need not be the hub: numbers are used again. It is if it takes the token. */
async function findAnsweringHub(dataDir: string): Promise<LocalHub | undefined> {
  const hub = await findLocalHub(dataDir);
  if (!hub) return undefined;
  const connection = await connectLocal(dataDir, hub);
  return (await answers(connection)) ? { hub, connection } : undefined;
}

async function tell(
  { output }: Cli,
  { hub, connection }: LocalHub,
  { alreadyRunning, json }: { readonly alreadyRunning: boolean; readonly json: boolean },
): Promise<void> {
  const { addresses } = await connection.client.hub();
  const { url, pid, startedAt, setupUrl } = hub;
  if (json)
    return output.json({ running: true, url, addresses, pid, startedAt, setupUrl: setupUrl ?? null, alreadyRunning });
  if (alreadyRunning) output.note(`The hub is running already (process ${pid}).`);
  for (const address of addresses) output.line(`Cloudmanager service is listening on: ${address}`);
  if (setupUrl !== undefined) output.line(`Open this link once to make the first account: ${setupUrl}`);
}

const MAX_PORT = 65_535;

/** As text: the hub reads its own command line. */
function parsePort(text: string): string {
  if (/^\d+$/.test(text) && Number(text) <= MAX_PORT) return text;
  throw new InvalidArgumentError(`Give a number from 0 to ${MAX_PORT}.`);
}
