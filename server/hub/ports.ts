/**
 * What the hub asks of the rest of the process. Each interface is small on purpose: a test's fake is a few lines.
 * The store, the bus and the jobs implement them; server/start.ts connects them.
 */
import type { EventMap, EventName } from '#lib/api/events.ts';
import type { BoardId, TeamId } from '#lib/api/schema.ts';
import type { CryptoPort } from '#lib/protocol/crypto.ts';
import type { BoardInfo } from '#lib/protocol/info.ts';
import type { Log } from '#server/log.ts';

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `task` once after `delayMs`; the answer cancels it. */
  after(delayMs: number, task: () => void): () => void;
}

export interface BoardKey {
  readonly epoch: number;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** A board's keys: the one in use, and the next one from its KEY operation until a handshake has confirmed it. */
export interface BoardKeys {
  readonly teamId: TeamId;
  readonly current: BoardKey;
  readonly next: BoardKey | undefined;
  /** True until the key from provisioning has been rotated at the first connection. */
  readonly singleUse: boolean;
}

export interface KeyStore {
  findKeys(boardId: BoardId): Promise<BoardKeys | undefined>;
  /** On disk when the promise resolves: called before KEY is sent. */
  saveNextKey(boardId: BoardId, next: BoardKey): Promise<void>;
  /** `next` becomes `current`; older keys are deleted and are no longer single-use. */
  confirmNextKey(boardId: BoardId, epoch: number): Promise<void>;
}

/** A board as it is stored: facts that outlive the process. The hub adds presence to make a `Board` of it. */
export interface StoredBoard {
  readonly id: BoardId;
  readonly teamId: TeamId;
  readonly name: string;
  readonly virtual: boolean;
  readonly createdAt: number;
  readonly lastSeenAt: number | null;
  readonly info: BoardInfo | null;
  /** Told by the cable when it was provisioned; the board's own facts say more once it was on line. */
  readonly chipId?: string | null;
  readonly mac?: string | null;
  readonly platform?: string | null;
}

export interface BoardStore {
  listAllBoards(): Promise<readonly StoredBoard[]>;
  /** Facts of a connected board; may be batched, the newest wins. */
  saveFacts(boardId: BoardId, facts: { readonly info: BoardInfo; readonly lastSeenAt: number }): Promise<void>;
}

export interface Bus {
  publish<Name extends EventName>(teamId: TeamId, name: Name, data: EventMap[Name]): void;
}

/** Told of a board's comings and goings, after presence has changed. Must not throw. */
export interface HubListener {
  onConnected(boardId: BoardId, info: BoardInfo): void;
  /** `lastHeardAt`: when its newest record came; a link may have been dead for a minute before that is seen. */
  onDisconnected(boardId: BoardId, lastHeardAt: number): void;
  /** The last journal number given to the board, told to it in WELCOME. */
  lastJobOf?(boardId: BoardId): number;
}

/** Makes a board of an id whose key was given out before the board was known; undefined when it may not become one. */
export type Adopt = (boardId: BoardId, info: BoardInfo) => Promise<StoredBoard | undefined>;

/** Everything `createHub` is given. */
export interface HubDeps {
  readonly boards: BoardStore;
  readonly keys: KeyStore;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly crypto: CryptoPort;
  /** 0 ≤ x < 1, for jitter. */
  readonly random: () => number;
  /** Secret of this hub from the data folder; 32 bytes. */
  readonly serverSecret: Uint8Array;
  /** Version of the board's client that this hub brings along. */
  readonly clientVersion: string;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
}
