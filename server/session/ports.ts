/** What a session asks of the rest of the hub: a clock, keys, a socket and someone to tell. Fakes of these are a few lines. */
import type { BoardId } from '#lib/api/schema.ts';
import type { CryptoPort } from '#lib/protocol/crypto.ts';
import type { BoardInfo } from '#lib/protocol/info.ts';
import type { BoardOperation, Welcome } from '#lib/protocol/operations.ts';
import type { Session } from './session.ts';

export interface SessionClock {
  now(): number;
  after(delayMs: number, task: () => void): () => void;
}

export interface SessionKey {
  readonly epoch: number;
  readonly key: Uint8Array;
}

export interface SessionKeyStore {
  findKeys(boardId: BoardId): Promise<SessionKeyRing | undefined>;
  saveNextKey(boardId: BoardId, next: SessionKey): Promise<void>;
  confirmNextKey(boardId: BoardId, epoch: number): Promise<void>;
}

export interface SessionKeyRing {
  readonly current: SessionKey;
  readonly next: SessionKey | undefined;
  readonly singleUse: boolean;
}

/** The board's end of the link, in messages. */
export interface SessionSocket {
  send(message: Uint8Array): void;
  /** Bytes that `send` has taken and the network has not. */
  bufferedBytes(): number;
  /** Starts closing; ends the link by force when the board does not answer. */
  close(code: number): void;
}

/** Why a session ended; for counters and the log, never for the board. */
export interface SessionEnd {
  /** The code the hub closed with; undefined when the board or the network did. */
  readonly closeCode: number | undefined;
  /** False when the board had not proved its key. */
  readonly wasAuthenticated: boolean;
  /** True when onOpened was called. */
  readonly wasOpen: boolean;
}

export interface SessionListener {
  /** The board has proved its key; it does not count as unauthenticated any more. */
  onAuthenticated(session: Session): void;
  /** The board may be used; its facts are in `session.info`. */
  onOpened(session: Session): void;
  /** The board has told its facts again. */
  onInfo(session: Session, info: BoardInfo): void;
  onPong(session: Session, pong: Extract<BoardOperation, { op: 'pong' }>): void;
  /** Called once, whatever happened before. */
  onEnded(session: Session, end: SessionEnd): void;
  /** Something in the hub failed for this session; for the log. */
  onFailure(session: Session, error: unknown): void;
}

/** One object for all sessions of a hub. */
export interface SessionDeps {
  readonly clock: SessionClock;
  readonly crypto: CryptoPort;
  /** 0 ≤ x < 1, for jitter. */
  readonly random: () => number;
  readonly keys: SessionKeyStore;
  /** Makes the decoy keys of boards that do not exist. */
  readonly serverSecret: Uint8Array;
  readonly listener: SessionListener;
  welcome(boardId: BoardId): Omit<Welcome, 'op' | 'rid'>;
  /** What people call the board, for messages. */
  nameOf(boardId: BoardId): string;
}
