/**
 * Which boards a team has: adding, removing, virtual ones. A new board gets an id, a name and a key that works for one first
 * connection. Presence and messages are server/hub's, programs are server/jobs'. Read provisioning.ts next, then simulator.ts.
 */
import { randomBytes } from 'node:crypto';
import { type Board, type BoardId, MAX_VIRTUAL_BOARDS, type Provision } from '#lib/api/schema.ts';
import { AppError } from '#lib/errors.ts';
import { KEY_BYTES } from '#lib/protocol/frames.ts';
import type { Hub } from '#server/hub/hub.ts';
import type { StoredBoard } from '#server/hub/ports.ts';
import type { Log } from '#server/log.ts';
import { newBoardId } from '#server/store/ids.ts';
import type { Store } from '#server/store/store.ts';
import type { AuthorizedTeamId } from '#server/store/team-scope.ts';
import { createProvisioning, FIRST_EPOCH, type Provisioning } from './provisioning.ts';
import type { Simulator, VirtualFault } from './simulator.ts';

export { type ClientFiles, createClientFiles, readClientVersion } from './client-files.ts';
export { createSimulator } from './simulator.ts';

const VIRTUAL_NAME = 'virtual';

export interface Boards extends Provisioning {
  list(teamId: AuthorizedTeamId): readonly Board[];
  /** Throws board_not_found. */
  get(teamId: AuthorizedTeamId, boardId: BoardId): Board;
  /** A board provisioned by hand. Throws board_name_taken. */
  add(teamId: AuthorizedTeamId, name: string): Promise<Provision>;
  /** Deletes its key, closes its session and ends its runs. Throws board_not_found. */
  remove(teamId: AuthorizedTeamId, boardId: BoardId): Promise<void>;
  /** On line when it resolves. Without a name it is called virtual-1, virtual-2 … Throws too_many_virtual_boards, virtual_board_failed. */
  addVirtual(teamId: AuthorizedTeamId, name?: string): Promise<Board>;
  /** Throws board_not_found when there is no such virtual board. */
  fault(teamId: AuthorizedTeamId, boardId: BoardId, fault: VirtualFault): Promise<void>;
  /** Starts the virtual boards of an earlier run again. */
  startVirtualBoards(): Promise<void>;
}

export interface BoardsDeps {
  readonly store: Pick<Store, 'boards' | 'keys'>;
  readonly hub: Pick<Hub, 'listBoards' | 'findBoard' | 'findBoardByName' | 'setBoard' | 'removeBoard' | 'endSessions'>;
  readonly simulator: Simulator;
  readonly log: Log;
  readonly now: () => number;
  /** ws:// addresses that a board can dial. */
  readonly hubUrls: () => readonly string[];
  /** Of them, those that a real board can dial. */
  readonly boardUrls: () => readonly string[];
  /** Told when a board is gone, so that its runs end. */
  readonly onRemoved: (boardId: BoardId) => Promise<void>;
}

export function createBoards(deps: BoardsDeps): Boards {
  const { store, hub, simulator, now } = deps;

  function get(teamId: AuthorizedTeamId, boardId: BoardId): Board {
    const board = hub.findBoard(teamId, boardId);
    if (!board) throw new AppError('board_not_found');
    return board;
  }

  async function insert(teamId: AuthorizedTeamId, name: string, virtual: boolean) {
    const board: StoredBoard = {
      id: newBoardId(),
      teamId,
      name,
      virtual,
      createdAt: now(),
      lastSeenAt: null,
      info: null,
    };
    const key = randomBytes(KEY_BYTES);
    const writeKey = () => store.keys.insertFirstKey(teamId, board.id, { epoch: FIRST_EPOCH, key });
    if (!(await store.boards.insertBoard(board, writeKey))) return undefined;
    hub.setBoard(board);
    return { board: get(teamId, board.id), key: key.toString('hex'), epoch: FIRST_EPOCH };
  }

  async function insertNamed(teamId: AuthorizedTeamId, name: string, virtual: boolean) {
    const inserted = await insert(teamId, name, virtual);
    if (inserted) return inserted;
    throw new AppError('board_name_taken', {
      message: `A board of your team is already called "${name}".`,
      field: 'name',
    });
  }

  /** The first free number; who comes second in the same moment gets the next one. */
  async function insertNumbered(teamId: AuthorizedTeamId) {
    for (let number = 1; ; number += 1) {
      const name = `${VIRTUAL_NAME}-${number}`;
      const inserted = hub.findBoardByName(teamId, name) ? undefined : await insert(teamId, name, true);
      if (inserted) return inserted;
    }
  }

  async function remove(teamId: AuthorizedTeamId, boardId: BoardId): Promise<void> {
    const board = get(teamId, boardId);
    await store.boards.deleteBoard(teamId, boardId);
    hub.removeBoard(boardId);
    // Last, so that no job can choose the board any more.
    await deps.onRemoved(boardId);
    if (board.virtual) await simulator.remove(boardId);
  }

  return {
    ...createProvisioning(deps),
    list: (teamId) => hub.listBoards(teamId),
    get,
    add: async (teamId, name) => ({ ...(await insertNamed(teamId, name, false)), hubUrls: [...deps.hubUrls()] }),
    remove,
    async addVirtual(teamId, name) {
      // Virtual boards share the memory of this process, so the limit counts those of all teams.
      const running = (await store.boards.listAllBoards()).filter((board) => board.virtual).length;
      if (running >= MAX_VIRTUAL_BOARDS) {
        throw new AppError('too_many_virtual_boards', {
          message: `The hub already runs ${MAX_VIRTUAL_BOARDS} virtual boards, as many as it may.`,
        });
      }
      const { board, key, epoch } = await (name === undefined
        ? insertNumbered(teamId)
        : insertNamed(teamId, name, true));
      try {
        await simulator.start({ boardId: board.id, name: board.name, firstKey: { key, epoch } });
      } catch (error) {
        await remove(teamId, board.id);
        throw error;
      }
      return get(teamId, board.id);
    },
    async fault(teamId, boardId, fault) {
      const board = get(teamId, boardId);
      if (!board.virtual) throw new AppError('board_not_found', { message: `"${board.name}" is not a virtual board.` });
      await simulator.fault(boardId, fault);
    },
    async startVirtualBoards() {
      for (const { id, name, virtual } of await store.boards.listAllBoards()) {
        if (!virtual) continue;
        await simulator
          .start({ boardId: id, name })
          .catch((error: unknown) => deps.log.error({ error, boardId: id }, 'A virtual board did not start'));
      }
    },
  };
}
