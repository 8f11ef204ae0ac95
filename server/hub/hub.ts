/**
 * All boards: which exist, which are on line, how to reach one. The hub knows sessions, not jobs, people or HTTP.
 * It is asked by server/jobs and server/api, and told by server/session. This file is the contract and its assembly;
 * read links.ts (sessions that come and go), presence.ts, execution.ts and files.ts next.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Board, BoardId, TeamId } from '#lib/api/schema.ts';
import type { DoneState } from '#lib/protocol/frames.ts';
import type { BoardEntry } from './board-entry.ts';
import { viewOfBoard } from './board-view.ts';
import { BoardLinks } from './links.ts';
import type { Adopt, HubDeps, HubListener, StoredBoard } from './ports.ts';
import { BoardWork } from './work.ts';
import { DeviceEndpoint } from './ws-endpoint.ts';

export interface ExecRequest {
  /**
   * The board's journal number; 0 for code that is not journalled. The number of a job that still runs on the board attaches to
   * it; that of one that has ended answers its result, and then `onStarted` may not be called.
   */
  readonly job: number;
  readonly source: string;
  readonly onStarted: () => void;
  /** One OUT record. It holds a place of the board's window until `onOutput` has returned, or its promise has resolved. */
  readonly onOutput: (bytes: Uint8Array) => void | Promise<void>;
}

export interface ExecResult {
  readonly state: DoneState;
  readonly status: number;
  readonly traceback: string;
}

export interface Execution {
  /** Rejects with board_link_lost when the board drops, board_busy or board_error when it refuses. */
  readonly done: Promise<ExecResult>;
  /** Bytes for standard input, split into records. */
  input(bytes: Uint8Array): void;
  interrupt(): void;
}

export interface Hub {
  listBoards(teamId: TeamId): readonly Board[];
  /** For who asks often: makes no views. */
  countBoards(teamId: TeamId): { readonly total: number; readonly online: number };
  findBoard(teamId: TeamId, boardId: BoardId): Board | undefined;
  findBoardByName(teamId: TeamId, name: string): Board | undefined;
  /** True when a session is up and no program of ours runs. */
  isIdle(boardId: BoardId): boolean;
  isConnected(boardId: BoardId): boolean;
  /** Throws board_offline, board_busy. Source longer than a record is staged as a file first. */
  execute(boardId: BoardId, request: ExecRequest): Execution;
  /** Writes a file through PUT/END; resumes within this call after a wrong offset. Throws board_offline, board_error, board_link_lost. */
  putFile(boardId: BoardId, path: string, content: Uint8Array): Promise<void>;
  getFile(boardId: BoardId, path: string): Promise<Uint8Array>;
  /** A board that was provisioned or renamed: from now on it is in the lists. */
  setBoard(board: StoredBoard): void;
  /** Forgets the board and closes its session. */
  removeBoard(boardId: BoardId): void;
  /** The board has a new key: whoever is connected with the old one, or about to be, is not the board any more. */
  endSessions(boardId: BoardId): void;
  /** Who is asked when a board connects that is in no list. */
  setAdopter(adopt: Adopt): void;
  /** Takes the upgrade request of `/device`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Who is told of boards that come and go: one listener, set once after the hub is made. */
  setListener(listener: HubListener): void;
  counts(): {
    readonly total: number;
    readonly online: number;
    readonly unauthenticated: number;
    readonly refusedHandshakes: number;
  };
  /** Sends BYE to every board, closes the sockets and resolves when they are closed. */
  stop(): Promise<void>;
}

/** Reads the boards that exist; from then on they may connect through `handleUpgrade`. */
export async function createHub(deps: HubDeps): Promise<Hub> {
  const links = new BoardLinks(deps);
  const { registry, presence, admission } = links;
  for (const stored of await deps.boards.listAllBoards()) registry.set(stored);
  const endpoint = new DeviceEndpoint(admission, (socket, address) => links.openSession(socket, address));
  const work = new BoardWork(deps.crypto, registry, presence);

  return {
    listBoards: (teamId) => Array.from(registry.ofTeam(teamId), viewOfBoard),
    countBoards: (teamId) => countOf(registry.ofTeam(teamId)),
    findBoard: (teamId, boardId) => viewOrUndefined(registry.findOfTeam(teamId, boardId)),
    findBoardByName: (teamId, name) => viewOrUndefined(registry.findByName(teamId, name)),
    isIdle: (boardId) => registry.find(boardId)?.state === 'online',
    isConnected: (boardId) => registry.find(boardId)?.session !== undefined,
    execute: (boardId, request) => work.execute(boardId, request),
    putFile: (boardId, path, content) => work.putFile(boardId, path, content),
    getFile: (boardId, path) => work.getFile(boardId, path),
    setBoard: (stored) => presence.publish(registry.set(stored)),
    removeBoard: (boardId) => links.removeBoard(boardId),
    endSessions: (boardId) => links.endSessions(boardId),
    setAdopter: (adopt) => links.setAdopter(adopt),
    handleUpgrade: (request, socket, head) => endpoint.handleUpgrade(request, socket, head),
    setListener: (listener) => links.setListener(listener),
    counts: () => ({
      total: registry.size,
      online: presence.online,
      unauthenticated: admission.unauthenticated,
      refusedHandshakes: admission.refused,
    }),
    async stop() {
      await Promise.all([endpoint.stop(), links.stop()]);
    },
  };
}

function countOf(entries: Iterable<BoardEntry>): { readonly total: number; readonly online: number } {
  let total = 0;
  let online = 0;
  for (const { state } of entries) {
    total += 1;
    if (state !== 'offline') online += 1;
  }
  return { total, online };
}

function viewOrUndefined(entry: BoardEntry | undefined): Board | undefined {
  return entry && viewOfBoard(entry);
}
