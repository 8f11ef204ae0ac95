/** Many boards of the load fleet, in a process of their own, added to a hub as `mbm board-add` does it. */
import { ApiClient } from '#lib/api/client.ts';
import { DEVICE_PATH } from '#lib/api/events.ts';
import type { Board, Provision } from '#lib/api/schema.ts';
import type { HubAddress } from './hub-process.ts';
import { type Process, startProcess } from './processes.ts';

/** Requests under way at once; the hub commits what comes together in one go. */
const AT_ONCE = 100;
const LOOK_EVERY_MS = 100;
const ONLINE_TIMEOUT_MS = 300_000;
/** Long enough for the keys of the last boards to be changed. */
const SETTLED_LOOKS = 20;

export interface FleetOrder {
  readonly hubUrl: string;
  readonly boards: readonly {
    readonly id: string;
    readonly key: string;
    readonly epoch: number;
  }[];
}

export interface Fleet {
  readonly process: Process;
  readonly boards: readonly Board[];
  /** Adds boards until there are `count`, and resolves when all are on line and have been for a moment. */
  growTo(count: number): Promise<void>;
}

export function createFleet(hub: HubAddress): Fleet {
  const process = startProcess('fleet-process.ts');
  const api = new ApiClient({ baseUrl: hub.url, token: hub.token });
  const boards: Board[] = [];
  return {
    process,
    boards,
    async growTo(count) {
      const added = await addBoards(api, boards.length, count);
      boards.push(...added.map(({ board }) => board));
      const order: FleetOrder = {
        hubUrl: hub.url.replace('http', 'ws') + DEVICE_PATH,
        boards: added.map(({ board, key, epoch }) => ({ id: board.id, key, epoch })),
      };
      await process.ask('add', order);
      await untilOnline(hub, count, SETTLED_LOOKS);
    },
  };
}

async function addBoards(api: ApiClient, from: number, to: number): Promise<Provision[]> {
  const added: Provision[] = [];
  let next = from;
  const add = async () => {
    while (next < to) {
      next += 1;
      added.push(await api.createBoard(`esp8266-${next}`));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, add));
  return added;
}

/** Resolves when `count` boards are on line at `looks` looks in a row; answers the time of the first of these. */
export async function untilOnline(hub: HubAddress, count: number, looks = 1): Promise<number> {
  const api = new ApiClient({ baseUrl: hub.url, token: hub.token });
  const deadline = performance.now() + ONLINE_TIMEOUT_MS;
  let good = 0;
  let since = 0;
  for (;;) {
    const now = performance.now();
    // A hub that greets ten thousand boards may let a question wait for too long.
    const online = await api.hub().then(
      ({ boards }) => boards.online,
      () => 0,
    );
    if (online < count) good = 0;
    else if (++good === 1) since = now;
    if (good >= looks) return since;
    if (now > deadline) throw new Error(`${online} of ${count} boards are on line after ${ONLINE_TIMEOUT_MS} ms.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
