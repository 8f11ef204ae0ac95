/**
 * A request to a board and its reply, through the hub and through the least relay there can be. Through the hub a person's
 * input goes over the live socket to an echo program on a board, encrypted and authenticated, and its output comes
 * back as an event, and to disk. The two take turns within one run: a shared machine is not the same from one minute to the next.
 */
import { join } from 'node:path';
import { atLeast, atMost, type Figure, type Group, median, plain } from '../figures.ts';
import { createFleet } from '../fleet.ts';
import { openHubLinks } from '../hub-links.ts';
import type { HubAddress } from '../hub-process.ts';
import { type Process, startHubProcess, startProcess, withFolder } from '../processes.ts';
import { openRawLinks } from '../raw-links.ts';
import { drive, type Link, type Round } from '../round-trips.ts';

const CONNECTIONS = [1, 100];
const SIZES = [64, 1024];
const ROUNDS = 7;
const ROUND_MS = 1500;
/** The hub has a hundred times the code of the bare relay: it takes so long until all of it that counts is compiled. */
const WARM_UP_MS = 5000;
const MIN_THROUGHPUT_RATIO = 0.5;
const MAX_P50_RATIO = 2.5;
/** One of the few programs that a board of the fleet can run. */
const ECHO = 'while True: print(input())';

export const relayGroup: Group = {
  name: 'relay',
  about: 'request to a board and its reply, through the hub and through a bare relay in turns; medians',
  measure: (say) => withFolder((folder) => compare(join(folder, 'data'), say)),
};

async function compare(dataDir: string, say: (line: string) => void): Promise<Figure[]> {
  const most = Math.max(...CONNECTIONS);
  const hubProcess = startHubProcess();
  const hub = await hubProcess.ask<HubAddress>('start', { dataDir, port: 0 });
  const fleet = createFleet(hub);
  const relay = startProcess('raw-relay-process.ts');
  const rawBoards = startProcess('raw-boards-process.ts');
  try {
    await fleet.growTo(most);
    const port = await relay.ask<number>('start');
    await rawBoards.ask('start', { port, count: most });
    const lanes = {
      hub: { links: await openHubLinks(hub, fleet.boards, ECHO), relay: hubProcess },
      raw: { links: await openRawLinks(port, most), relay },
    };
    await warmUp(lanes);
    const figures: Figure[] = [];
    for (const connections of CONNECTIONS) {
      for (const size of SIZES) {
        say(`${connections} connections, ${size} bytes`);
        figures.push(...(await measureOne(lanes, connections, size)));
      }
    }
    return figures;
  } finally {
    await Promise.all([fleet.process, hubProcess, relay, rawBoards].map((each) => each.kill()));
  }
}

interface Lane {
  readonly links: readonly Link[];
  /** What stands in the middle. */
  readonly relay: Process;
}
type Lanes = { readonly hub: Lane; readonly raw: Lane };
type CountedRound = Round & { readonly cpuUs: number };

async function warmUp({ hub, raw }: Lanes): Promise<void> {
  for (const { links } of [raw, hub]) await drive(links, `${'x'.repeat(Math.max(...SIZES) - 1)}\n`, WARM_UP_MS);
}

async function measureOne(lanes: Lanes, connections: number, size: number): Promise<Figure[]> {
  const text = `${'x'.repeat(size - 1)}\n`;
  const rounds = { hub: [] as CountedRound[], raw: [] as CountedRound[] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const lane of ['hub', 'raw'] as const) {
      const measured = await driveCounted(lanes[lane], connections, text);
      // The first warms up.
      if (round > 0) rounds[lane].push(measured);
    }
  }
  const rate = (lane: keyof Lanes) => median(rounds[lane].map(({ perSecond }) => perSecond));
  const p50 = (lane: keyof Lanes) => median(rounds[lane].map(({ latenciesMs }) => median(latenciesMs)));
  const cpuUs = (lane: keyof Lanes) => median(rounds[lane].map((round) => round.cpuUs));
  const name = `${connections} × ${size} B`;
  const ratio = rate('hub') / rate('raw');
  return [
    plain(`${name}, hub`, rate('hub'), '/s'),
    plain(`${name}, raw relay`, rate('raw'), '/s'),
    connections === 1
      ? plain(`${name}, throughput to raw`, ratio, '×')
      : atLeast(`${name}, throughput to raw`, ratio, '×', MIN_THROUGHPUT_RATIO),
    plain(`${name}, hub p50`, p50('hub'), 'ms'),
    atMost(`${name}, p50 to raw`, p50('hub') / p50('raw'), '×', MAX_P50_RATIO),
    plain(`${name}, hub CPU for a round trip`, cpuUs('hub'), 'µs'),
    plain(`${name}, raw relay CPU for a round trip`, cpuUs('raw'), 'µs'),
  ];
}

async function driveCounted({ links, relay }: Lane, connections: number, text: string): Promise<CountedRound> {
  const cpuMs = async () => (await relay.ask<{ readonly cpuMs: number }>('weigh')).cpuMs;
  const before = await cpuMs();
  const round = await drive(links.slice(0, connections), text, ROUND_MS);
  return { ...round, cpuUs: ((await cpuMs()) - before) * (1000 / round.latenciesMs.length) };
}
