/**
 * Thousands of boards in one process, for measuring a hub: each holds a real session over the real wire, keeps files, a
 * journal and rotated keys in memory, and runs the few programs of fleet/fleet-program.ts. No Python and no flash: what a
 * board really does is the virtual board's part (virtual-board.ts). One board of it is fleet/fleet-board.ts.
 */
import { bytesOfHex } from '#lib/protocol/bytes.ts';
import { DEAD_AFTER_BOARD_MS, HANDSHAKES_PER_SECOND } from '#lib/protocol/frames.ts';
import { FleetBoard } from './fleet/fleet-board.ts';

export interface FleetIdentity {
  /** 16 bytes, hexadecimal. */
  readonly id: string;
  /** 32 bytes, hexadecimal. */
  readonly key: string;
  readonly epoch: number;
}

export interface FleetBehaviour {
  /** How long a board waits before it tries again, after so many failures; 0 failures: a session has just ended. */
  readonly retryMs: (failures: number, windowS: number) => number;
  /** How many boards begin in a second. */
  readonly startsPerSecond: number;
}

export interface FleetOptions {
  /** ws://host:port/device */
  readonly hubUrl: string;
  readonly boards: readonly FleetIdentity[];
  readonly behaviour?: Partial<FleetBehaviour>;
}

export interface FleetCounts {
  readonly total: number;
  readonly online: number;
  /** Sessions there have been, and attempts that did not become one. */
  readonly sessions: number;
  readonly failures: number;
}

export interface Fleet {
  /** Resolves when every board has a session at the same time. */
  online(): Promise<void>;
  counts(): FleetCounts;
  add(boards: readonly FleetIdentity[]): void;
  stop(): Promise<void>;
}

const RETRY_MOST_MS = 120_000;
const SWEEP_MS = 5_000;
/** Below what the hub admits, so that a start is not a storm. */
const STARTS_PER_SECOND = HANDSHAKES_PER_SECOND * 0.8;

/** Full jitter, as docs/protocol.md asks of every board. */
function jitter(failures: number, windowS: number): number {
  return Math.random() * (failures === 0 ? windowS * 1000 : Math.min(RETRY_MOST_MS, 1000 * 2 ** failures));
}

export function startFleet(options: FleetOptions): Fleet {
  const behaviour = { retryMs: jitter, startsPerSecond: STARTS_PER_SECOND, ...options.behaviour };
  const boards: FleetBoard[] = [];
  const tally = { online: 0, sessions: 0, failures: 0 };
  const waiters: (() => void)[] = [];

  const events = {
    onOnline() {
      tally.online += 1;
      tally.sessions += 1;
      if (tally.online === boards.length) for (const resolve of waiters.splice(0)) resolve();
    },
    onOffline() {
      tally.online -= 1;
    },
    onFailure() {
      tally.failures += 1;
    },
  };

  function add(identities: readonly FleetIdentity[]): void {
    identities.forEach((identity, index) => {
      const board = new FleetBoard(identityOf(identity), {
        hubUrl: options.hubUrl,
        retryMs: behaviour.retryMs,
        events,
      });
      boards.push(board);
      board.start((index * 1000) / behaviour.startsPerSecond);
    });
  }

  add(options.boards);
  // One clock for all: a timer a board would cost more than the board.
  const sweep = setInterval(() => {
    const silentSince = performance.now() - DEAD_AFTER_BOARD_MS;
    for (const board of boards) board.dropIfSilentSince(silentSince);
  }, SWEEP_MS);

  return {
    online: () =>
      tally.online === boards.length ? Promise.resolve() : new Promise((resolve) => waiters.push(() => resolve())),
    counts: () => ({ total: boards.length, ...tally }),
    add,
    async stop() {
      clearInterval(sweep);
      await Promise.all(boards.map((board) => board.stop()));
    },
  };
}

function identityOf({ id, key, epoch }: FleetIdentity) {
  const boardId = bytesOfHex(id);
  const keyBytes = bytesOfHex(key);
  if (boardId === undefined || keyBytes === undefined)
    throw new TypeError(`The id or key of board ${id} is not hexadecimal.`);
  return { boardId, key: keyBytes, epoch };
}
