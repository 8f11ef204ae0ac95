/** The hub as it ships but for the console, in a process of its own, and what it weighs. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ROOT_DIR } from '#server/config.ts';
import { type RunningHub, start } from '#server/start.ts';
import { answer } from './processes.ts';

export interface HubAddress {
  readonly url: string;
  readonly port: number;
  readonly token: string;
}

export interface HubWeight {
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** Longest time that the event loop was not free since it was asked last. */
  readonly longestStallMs: number;
  readonly cpuMs: number;
}

const NS_PER_MS = 1e6;
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
let hub: RunningHub | undefined;

answer({
  async start({ dataDir, port }: { dataDir: string; port: number }): Promise<HubAddress> {
    hub = await start({
      port,
      host: '127.0.0.1',
      dataDir,
      logLevel: 'error',
      dev: false,
      console: false,
      rootDir: ROOT_DIR,
    });
    return { url: hub.url, port: hub.port, token: hub.localToken };
  },
  weigh(): HubWeight {
    globalThis.gc?.();
    const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const longestStallMs = delay.max / NS_PER_MS;
    delay.reset();
    return {
      rssBytes: rss,
      heapBytes: heapUsed + external + arrayBuffers,
      longestStallMs,
      cpuMs: (user + system) / 1000,
    };
  },
});
process.on('SIGTERM', () => void hub?.stop().then(() => process.exit(0)));
