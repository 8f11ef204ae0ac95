/** A hub that comes back: how long until every board is on line again, and how long its event loop was busy at the longest. */
import { join } from 'node:path';
import { atMost, type Figure, type Group, plain } from '../figures.ts';
import { createFleet, untilOnline } from '../fleet.ts';
import type { HubAddress, HubWeight } from '../hub-process.ts';
import { startHubProcess, withFolder } from '../processes.ts';

const BOARDS = 10_000;
const MAX_SECONDS = 30;
const MAX_STALL_MS = 500;
const MS = 1000;

export const restartGroup: Group = {
  name: 'restart',
  about: `${BOARDS} boards find a hub that was stopped and started; from the start of the process to the last board`,
  measure: (say) => withFolder((folder) => restart(join(folder, 'data'), say)),
};

async function restart(dataDir: string, say: (line: string) => void): Promise<Figure[]> {
  const first = startHubProcess();
  const hub = await first.ask<HubAddress>('start', { dataDir, port: 0 });
  const fleet = createFleet(hub);
  await fleet.growTo(BOARDS);
  await fleet.process.ask('calm');
  say(`${BOARDS} boards are on line`);
  const stoppingAt = performance.now();
  await first.stop();
  say(`stopped in ${Math.round(performance.now() - stoppingAt)} ms`);
  const second = startHubProcess();
  try {
    const startedAt = performance.now();
    const again = await second.ask<HubAddress>('start', { dataDir, port: hub.port });
    const listeningAt = performance.now();
    const onlineAt = await untilOnline(again, BOARDS);
    const { longestStallMs } = await second.ask<HubWeight>('weigh');
    return [
      atMost(`${BOARDS} boards on line after a restart`, (onlineAt - startedAt) / MS, 's', MAX_SECONDS),
      plain('of which until the hub listens', (listeningAt - startedAt) / MS, 's'),
      atMost('longest stall of the event loop', longestStallMs, 'ms', MAX_STALL_MS),
    ];
  } finally {
    await fleet.process.kill();
    await second.kill();
  }
}
