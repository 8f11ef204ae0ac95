/** What a board that is on line and does nothing costs the hub. The boards are in another process. */
import { join } from 'node:path';
import { atMost, type Figure, type Group, plain } from '../figures.ts';
import { createFleet, untilOnline } from '../fleet.ts';
import type { HubAddress, HubWeight } from '../hub-process.ts';
import { startHubProcess, withFolder } from '../processes.ts';

/** A hub that has met boards has compiled what they need: that is paid once, and no board's. */
const BASE = 10;
const SIZES = [1_000, 10_000];
const MAX_PER_BOARD_KB = 32;
const KB = 1024;

export const memoryGroup: Group = {
  name: 'memory',
  about: 'resident memory of a hub that was started with its boards, for each beyond ten, after a collection',
  measure: (say) => withFolder((folder) => weighFleet(folder, say)),
};

async function weighFleet(folder: string, say: (line: string) => void): Promise<Figure[]> {
  const dataDir = join(folder, 'data');
  let hubProcess = startHubProcess('--expose-gc');
  let hub = await hubProcess.ask<HubAddress>('start', { dataDir, port: 0 });
  const fleet = createFleet(hub);

  const weighWith = async (size: number): Promise<HubWeight> => {
    await fleet.growTo(size);
    // A hub that has just added thousands of boards weighs what adding them has left behind.
    await hubProcess.stop();
    hubProcess = startHubProcess('--expose-gc');
    hub = await hubProcess.ask<HubAddress>('start', { dataDir, port: hub.port });
    await untilOnline(hub, size);
    const weight = await hubProcess.ask<HubWeight>('weigh');
    say(`${size} boards are on line: ${Math.round(weight.rssBytes / KB / KB)} MB`);
    return weight;
  };

  try {
    const base = await weighWith(BASE);
    const figures = [plain(`hub with ${BASE} boards`, base.rssBytes / KB / KB, 'MB')];
    for (const size of SIZES) {
      const { rssBytes, heapBytes } = await weighWith(size);
      const perBoard = (bytes: number) => bytes / (size - BASE) / KB;
      figures.push(atMost(`RSS per idle board at ${size}`, perBoard(rssBytes - base.rssBytes), 'KB', MAX_PER_BOARD_KB));
      figures.push(plain(`of which JavaScript's at ${size}`, perBoard(heapBytes - base.heapBytes), 'KB'));
    }
    return figures;
  } finally {
    await fleet.process.kill();
    await hubProcess.kill();
  }
}
