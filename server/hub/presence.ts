/** Who is on line, since when, and telling so: at once when a state changes, at most every five seconds when only facts do. */
import type { BoardState } from '#lib/api/schema.ts';
import type { BoardEntry } from './board-entry.ts';
import { viewOfBoard } from './board-view.ts';
import type { BoardStore, Bus, Clock } from './ports.ts';

const FACTS_PUBLISH_MS = 5_000;
/** How old the stored `lastSeenAt` of a connected board may be after a crash of the hub: output that is lost is dated by it. */
const FACTS_SAVE_MS = 60_000;

export class Presence {
  readonly #clock: Clock;
  readonly #bus: Bus;
  readonly #boards: Pick<BoardStore, 'saveFacts'>;
  readonly #onError: (error: unknown) => void;
  readonly #waiting = new Set<BoardEntry>();
  #online = 0;

  constructor(clock: Clock, bus: Bus, boards: Pick<BoardStore, 'saveFacts'>, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#bus = bus;
    this.#boards = boards;
    this.#onError = onError;
  }

  get online(): number {
    return this.#online;
  }

  /** After a session, an execution or a transfer of the board began or ended. True when its state has changed and was published. */
  refresh(entry: BoardEntry): boolean {
    const state = stateOf(entry);
    if (state === entry.state) return false;
    if (entry.state === 'offline') this.#online += 1;
    if (state === 'offline') this.#online -= 1;
    entry.state = state;
    entry.stateSince = this.#clock.now();
    this.publish(entry);
    return true;
  }

  /** After facts of the board have changed. */
  touch(entry: BoardEntry): void {
    const nowMs = this.#clock.now();
    if (nowMs - entry.publishedAt >= FACTS_PUBLISH_MS) this.publish(entry);
    else this.#waiting.add(entry);
    if (nowMs - entry.savedAt >= FACTS_SAVE_MS) this.save(entry);
  }

  publish(entry: BoardEntry): void {
    this.#waiting.delete(entry);
    entry.publishedAt = this.#clock.now();
    this.#bus.publish(entry.stored.teamId, 'board.changed', { board: viewOfBoard(entry) });
  }

  save(entry: BoardEntry): void {
    if (!entry.info || entry.lastSeenAt === null) return;
    entry.savedAt = this.#clock.now();
    const facts = { info: entry.info, lastSeenAt: entry.lastSeenAt };
    this.#boards.saveFacts(entry.stored.id, facts).catch(this.#onError);
  }

  forget(entry: BoardEntry): void {
    this.#waiting.delete(entry);
    if (entry.state !== 'offline') this.#online -= 1;
    entry.state = 'offline';
    this.#bus.publish(entry.stored.teamId, 'board.removed', { boardId: entry.stored.id });
  }

  /** Publishes the facts that have waited long enough; called about once a second. */
  check(nowMs: number): void {
    for (const entry of this.#waiting) if (nowMs - entry.publishedAt >= FACTS_PUBLISH_MS) this.publish(entry);
  }
}

function stateOf(entry: BoardEntry): BoardState {
  if (!entry.session) return 'offline';
  return entry.execution || entry.transfers > 0 || entry.orphanJob !== undefined ? 'busy' : 'online';
}
