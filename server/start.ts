/**
 * The composition root: everything is made here and handed to what needs it. Nothing else knows all the parts, and nothing else
 * may import the emulator or Next. Tests call `start` on port 0 without the console.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { startVirtualBoard } from '#emulator/virtual-board.ts';
import { publishAuthDoor } from '#lib/api/auth-door.ts';
import { nodeCrypto } from '#lib/node/crypto.ts';
import { type Addresses, addressesOf } from './addresses.ts';
import { createApi } from './api/api.ts';
import { createBoards, createClientFiles, createSimulator, readClientVersion } from './boards/boards.ts';
import { createBus, type EventBus } from './bus/bus.ts';
import { type Config, prepareConsoleEnvironment } from './config.ts';
import { createFirmware } from './firmware/firmware.ts';
import { type ConsoleHandler, type HttpServer, listen } from './http/http.ts';
import { createHub } from './hub/hub.ts';
import type { Clock, HubDeps } from './hub/ports.ts';
import { createHubFile } from './hub-file.ts';
import { Jobs } from './jobs/jobs.ts';
import { createLive } from './live/live.ts';
import { createLog, type Log } from './log.ts';
import { openStore, type Store } from './store/store.ts';
import { createTeams } from './teams/teams.ts';
import { createWifi } from './wifi/wifi.ts';

export interface Overrides {
  readonly clock?: Clock;
}

export interface RunningHub {
  readonly url: string;
  readonly port: number;
  /** Every address at which it answers. */
  readonly urls: readonly string[];
  /** The one-time link, while there is no account. */
  readonly setupUrl: string | undefined;
  /** Of `mbm` on this machine. */
  readonly localToken: string;
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** Tells the boards, closes every socket and frees the port and the data folder. */
  stop(): Promise<void>;
}

type Stop = () => void | Promise<void>;

/** What the services stand on. */
interface Ground {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly addresses: () => Addresses;
}

/** Throws port_in_use, data_not_writable, database_newer or database_broken; nothing is left running then. */
export async function start(config: Config, overrides: Overrides = {}): Promise<RunningHub> {
  const stops: Stop[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    return { ...(await assemble(config, overrides, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(config: Config, overrides: Overrides, stops: Stop[]): Promise<Omit<RunningHub, 'stop'>> {
  const log = createLog(config.logLevel);
  const clock = overrides.clock ?? systemClock;
  let listener: HttpServer | undefined;
  let isStopping = false;
  let addresses: Addresses = addressesOf(config.host, config.port);
  const store = openStore({ dataDir: config.dataDir, migrationsDir: join(config.rootDir, 'server/store/migrations') });
  stops.push(() => store.close());
  stops.push(() => listener?.stop());
  const services = await openServices(config, stops, { store, clock, log, addresses: () => addresses });
  const { hubFile, bus, teams, hub, jobs, boards } = services;
  const api = createApi({
    ...services,
    log,
    lastEventId: bus.lastId,
    isStopping: () => isStopping,
    addresses: () => addresses.urls(),
    boardUrls: () => addresses.boardUrls(),
  });
  const live = createLive({ teams, bus, jobs, log });
  stops.push(() => live.stop());

  const pages = config.console ? await openConsole(config, stops) : undefined;
  listener = await listen(
    { api, console: pages, device: hub.handleUpgrade, live: live.handleUpgrade, dev: config.dev, log },
    config,
  );
  addresses = addressesOf(config.host, listener.port);
  const { url } = addresses;
  const { port } = listener;
  const setupUrl = teams.setupToken && `${url}/setup?token=${teams.setupToken}`;
  hubFile.write({ url, port, setupUrl });
  stops.push(() => hubFile.remove());
  // First of all at the end: whoever comes now is too late. Open sockets are waited for when their owners have let go.
  stops.push(() => {
    isStopping = true;
    void listener?.stop();
  });

  void boards.startVirtualBoards();
  return { url, port, urls: addresses.urls(), setupUrl, localToken: store.secrets.localToken, routes: api.routes };
}

/** What there is before anybody is let in. */
async function openServices(config: Config, stops: Stop[], { store, clock, log, addresses }: Ground) {
  const version = readVersion(config.rootDir);
  const clientDir = join(config.rootDir, 'dist/device');
  const startedAt = clock.now();
  const hubFile = createHubFile(config.dataDir, startedAt);
  const bus = createBus(startedAt.toString(36));
  const teams = await createTeams({ store, now: clock.now, log, onSetUp: hubFile.forgetSetup });
  publishAuthDoor(teams.door);
  const hub = await createHub(hubDeps(store, bus, clock, log, readClientVersion(clientDir) ?? version));
  stops.push(() => hub.stop());
  const jobs = await Jobs.open({ store, hub, bus, clock, log });
  hub.setListener(jobs.listener);
  const simulator = createSimulator({
    startMachine: startVirtualBoard,
    clientDir,
    dataDir: config.dataDir,
    log,
    hubUrl: () => addresses().localDeviceUrl,
    isConnected: hub.isConnected,
  });
  stops.push(() => simulator.stop());
  stops.push(() => jobs.stop());
  const boards = createBoards({
    store,
    hub,
    simulator,
    log,
    now: clock.now,
    hubUrls: () => addresses().deviceUrls(),
    boardUrls: () => addresses().boardUrls(),
    onRemoved: (boardId) => jobs.removeBoard(boardId),
  });
  hub.setAdopter(boards.adopt);
  const firmware = createFirmware({ store, dataDir: config.dataDir, index: config.firmwareIndex, now: clock.now });
  stops.push(() => firmware.stop());
  const wifi = createWifi({ store, now: clock.now });
  const client = createClientFiles(clientDir);
  return { version, startedAt, hubFile, bus, teams, hub, jobs, boards, firmware, wifi, client };
}

function hubDeps(
  { boards, keys, secrets }: Store,
  bus: EventBus,
  clock: Clock,
  log: Log,
  clientVersion: string,
): HubDeps {
  const { serverSecret } = secrets;
  return { boards, keys, bus, clock, crypto: nodeCrypto, random: Math.random, serverSecret, clientVersion, log };
}

const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

function readVersion(rootDir: string): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(rootDir, 'package.json'), 'utf8')))
    .version;
}

/** Next, behind our own listener. It looks for upgrades on the server it is given, and that one never listens. */
async function openConsole({ dev, rootDir, port, host }: Config, stops: Stop[]): Promise<ConsoleHandler> {
  prepareConsoleEnvironment(dev);
  const { default: next } = await import('next');
  const upgrades = createServer();
  const app = next({ dev, dir: rootDir, port, hostname: host ?? 'localhost', httpServer: upgrades });
  await app.prepare();
  stops.push(() => app.close());
  const handle = app.getRequestHandler();
  return {
    handle: (request, response) => handle(request, response),
    upgrade: (request, socket, head) => void upgrades.emit('upgrade', request, socket, head),
  };
}
