/** Which boards exist: by id, by team, by name. Knows nothing of their state. */
import type { BoardId, TeamId } from '#lib/api/schema.ts';
import { type BoardEntry, newEntry } from './board-entry.ts';
import type { StoredBoard } from './ports.ts';

export class Registry {
  readonly #byId = new Map<BoardId, BoardEntry>();
  readonly #byTeam = new Map<TeamId, Map<string, BoardEntry>>();

  get size(): number {
    return this.#byId.size;
  }

  find(boardId: BoardId): BoardEntry | undefined {
    return this.#byId.get(boardId);
  }

  findOfTeam(teamId: TeamId, boardId: BoardId): BoardEntry | undefined {
    const entry = this.#byId.get(boardId);
    return entry?.stored.teamId === teamId ? entry : undefined;
  }

  findByName(teamId: TeamId, name: string): BoardEntry | undefined {
    return this.#byTeam.get(teamId)?.get(name);
  }

  all(): IterableIterator<BoardEntry> {
    return this.#byId.values();
  }

  ofTeam(teamId: TeamId): Iterable<BoardEntry> {
    return this.#byTeam.get(teamId)?.values() ?? [];
  }

  /** Adds the board, or changes what is stored of a known one. */
  set(stored: StoredBoard): BoardEntry {
    const known = this.#byId.get(stored.id);
    if (known) this.#forgetName(known);
    const entry = known ?? newEntry(stored);
    entry.stored = stored;
    this.#byId.set(stored.id, entry);
    const ofTeam = this.#byTeam.get(stored.teamId) ?? new Map<string, BoardEntry>();
    this.#byTeam.set(stored.teamId, ofTeam.set(stored.name, entry));
    return entry;
  }

  remove(boardId: BoardId): BoardEntry | undefined {
    const entry = this.#byId.get(boardId);
    if (!entry) return undefined;
    this.#forgetName(entry);
    this.#byId.delete(boardId);
    return entry;
  }

  #forgetName(entry: BoardEntry): void {
    const { teamId, name } = entry.stored;
    const ofTeam = this.#byTeam.get(teamId);
    if (ofTeam?.get(name) === entry) ofTeam.delete(name);
    if (ofTeam?.size === 0) this.#byTeam.delete(teamId);
  }
}
