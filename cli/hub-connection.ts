/**
 * Finds the hub: CLOUDMANAGER_URL and CLOUDMANAGER_TOKEN for one elsewhere, else the one of this machine by the two files it leaves
 * in its data folder. Everything else of mbm works with the HubConnection that is made here.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiClient } from '#lib/api/client.ts';
import { connectLive, type LiveConnection, type LiveOptions, type LiveSocket } from '#lib/api/live-client.ts';
import { HUB_FILE, type HubFile, hubFileSchema, LOCAL_TOKEN_FILE } from '#lib/node/data-dir.ts';
import { type CliConfig, dataDirOf } from './config.ts';
import { cliError } from './failure.ts';

export interface HubConnection {
  readonly url: string;
  readonly client: ApiClient;
  connectLive(options: Pick<LiveOptions, 'after' | 'onMessage' | 'onStatus'>): LiveConnection;
}

const HOW_TO_START =
  'Start one with `mbm server-start`, or name one elsewhere in CLOUDMANAGER_URL and CLOUDMANAGER_TOKEN.';

/** Throws hub_unreachable when no hub of this machine runs; a hub elsewhere is not asked yet. */
export async function findHub(config: CliConfig, dataOption: string | undefined): Promise<HubConnection> {
  if (config.url && dataOption === undefined) return connectionTo(config.url, config.token);
  const dataDir = dataDirOf(config, dataOption);
  const hub = await findLocalHub(dataDir);
  if (!hub)
    throw cliError('hub_unreachable', `No hub runs on this machine with the data folder ${dataDir}.`, HOW_TO_START);
  return connectionTo(hub.url, await readLocalToken(dataDir));
}

/** What the hub wrote at its start, if that process still lives: after a kill -9 the file is left behind. */
export async function findLocalHub(dataDir: string): Promise<HubFile | undefined> {
  const text = await readIfThere(join(dataDir, HUB_FILE));
  const hub = text === undefined ? undefined : hubFileSchema.safeParse(parseJson(text)).data;
  return hub && isAlive(hub.pid) ? hub : undefined;
}

export async function connectLocal(dataDir: string, hub: HubFile): Promise<HubConnection> {
  return connectionTo(hub.url, await readLocalToken(dataDir));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function connectionTo(url: string, token: string | undefined): HubConnection {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    url,
    client: new ApiClient({ baseUrl: url, token }),
    connectLive: (options) =>
      connectLive({
        url,
        ...options,
        // Node's WebSocket takes headers, which the browser's type does not know.
        createSocket: (address): LiveSocket => Reflect.construct(WebSocket, [address, { headers }]),
      }),
  };
}

async function readLocalToken(dataDir: string): Promise<string> {
  const path = join(dataDir, LOCAL_TOKEN_FILE);
  const token = (await readIfThere(path))?.trim();
  if (token) return token;
  throw cliError(
    'not_signed_in',
    `The hub's token ${path} cannot be read.`,
    'Run mbm as the user that started the hub.',
  );
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
