/** The hub as a process of this machine: starting it in the background, waiting until it answers, ending it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { HubFile } from '#lib/node/data-dir.ts';
import { type CliConfig, ROOT_DIR } from './config.ts';
import { cliError } from './failure.ts';
import { connectLocal, findLocalHub, type HubConnection, isAlive } from './hub-connection.ts';

export const LOG_FILE = 'hub.log';
const MAX_LOG_BYTES = 10 * 1024 * 1024;
/** As `npm start` has it: the young generation of the heap grows in a burst of boards and stays as large as it was. */
const HUB_NODE_OPTIONS = ['--max-semi-space-size=8'];
const START_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 50;
/** Of a hub that did not start: its own sentence stands at the end of what it wrote. */
const REASON_CHARACTERS = 2000;

export interface StartOptions {
  readonly dataDir: string;
  readonly port?: string;
  readonly host?: string;
}

/** Resolves when the hub answers; throws hub_not_started with the hub's own words. */
export async function startHubProcess(
  options: StartOptions,
): Promise<{ readonly hub: HubFile; readonly connection: HubConnection }> {
  const log = openLog(options.dataDir);
  const args = [serverEntry(), '--data', options.dataDir];
  if (options.port !== undefined) args.push('--port', options.port);
  if (options.host !== undefined) args.push('--host', options.host);
  const command = [...HUB_NODE_OPTIONS, ...args];
  const child = spawn(process.execPath, command, {
    cwd: ROOT_DIR,
    detached: true,
    stdio: ['ignore', log.file, log.file],
  });
  closeSync(log.file);
  let isGone = false;
  const gone = once(child, 'exit').then(() => {
    isGone = true;
  });
  gone.catch(() => undefined);

  const deadline = Date.now() + START_WITHIN_MS;
  while (!isGone && Date.now() < deadline) {
    const hub = await findLocalHub(options.dataDir);
    if (hub && hub.pid === child.pid) {
      const connection = await connectLocal(options.dataDir, hub);
      if (await answers(connection)) {
        child.unref();
        return { hub, connection };
      }
    }
    await Promise.race([gone, delay(LOOK_EVERY_MS)]);
  }
  if (!isGone) child.kill();
  const reason = isGone ? readLog(log) : `It did not answer within ${START_WITHIN_MS / 1000} s. ${readLog(log)}`;
  throw cliError('hub_not_started', reason.trim() || 'The hub ended without a word.', `The hub's log is ${log.path}.`);
}

export async function answers(connection: HubConnection): Promise<boolean> {
  return connection.client.hub().then(
    () => true,
    () => false,
  );
}

/** Ends the hub as Ctrl-C would, and resolves when its port is free. */
export async function stopHubProcess(hub: HubFile): Promise<void> {
  process.kill(hub.pid, 'SIGTERM');
  const deadline = Date.now() + STOP_WITHIN_MS;
  while (isAlive(hub.pid) || (await isListening(hub))) {
    if (Date.now() > deadline) {
      throw cliError(
        'internal',
        `The hub (process ${hub.pid}) did not end within ${STOP_WITHIN_MS / 1000} s.`,
        `If it hangs, end it with: kill -9 ${hub.pid}`,
      );
    }
    await delay(LOOK_EVERY_MS);
  }
}

/** Installs and builds what is stale, as `npm start` does; what it says goes to stderr. */
export async function prepareHub(config: CliConfig): Promise<void> {
  const script = join(ROOT_DIR, 'scripts', 'prepare.mjs');
  if (config.noPrepare || !existsSync(script)) return;
  const child = spawn(process.execPath, [script, 'start'], {
    cwd: ROOT_DIR,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw cliError('hub_not_started', 'The hub could not be prepared; what went wrong stands above.');
}

function serverEntry(): string {
  const bundle = join(ROOT_DIR, 'dist', 'server.mjs');
  return existsSync(bundle) ? bundle : join(ROOT_DIR, 'server', 'main.ts');
}

interface Log {
  readonly file: number;
  readonly path: string;
  readonly from: number;
}

/** Mode 0600: the set-up link is written there. */
function openLog(dataDir: string): Log {
  const path = join(dataDir, LOG_FILE);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (sizeOf(path) > MAX_LOG_BYTES) renameSync(path, `${path}.1`);
    return { file: openSync(path, 'a', 0o600), path, from: sizeOf(path) };
  } catch (cause) {
    const why = cause instanceof Error ? ` (${cause.message})` : '';
    throw cliError('data_not_writable', `The data folder ${dataDir} cannot be written${why}.`);
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function readLog({ path, from }: Log): string {
  return readFileSync(path).subarray(from).toString('utf8').slice(-REASON_CHARACTERS);
}

async function isListening({ url }: HubFile): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ''));
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
