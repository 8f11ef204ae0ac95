/** What boards are asked to do: programs one at a time, file transfers one after the other; and that both show as busy. */
import type { BoardId } from '#lib/api/schema.ts';
import { AppError } from '#lib/errors.ts';
import type { CryptoPort } from '#lib/protocol/crypto.ts';
import type { Session } from '#server/session/session.ts';
import type { BoardEntry } from './board-entry.ts';
import { RunningExecution } from './execution.ts';
import { getFile, putFile } from './files.ts';
import type { ExecRequest, Execution } from './hub.ts';
import type { Presence } from './presence.ts';
import type { Registry } from './registry.ts';

export class BoardWork {
  readonly #crypto: CryptoPort;
  readonly #registry: Registry;
  readonly #presence: Presence;

  constructor(crypto: CryptoPort, registry: Registry, presence: Presence) {
    this.#crypto = crypto;
    this.#registry = registry;
    this.#presence = presence;
  }

  execute(boardId: BoardId, request: ExecRequest): Execution {
    const entry = this.#getEntry(boardId);
    const session = getSession(entry);
    const isAttaching = request.job > 0 && request.job === entry.orphanJob;
    if (entry.execution || (entry.orphanJob !== undefined && !isAttaching)) {
      throw new AppError('board_busy', { message: `${entry.stored.name} is running something else.` });
    }
    entry.orphanJob = undefined;
    const execution = new RunningExecution(session, request, (path, content) =>
      this.#transfer(entry, () => putFile(session, this.#crypto, path, content)),
    );
    entry.execution = execution;
    this.#presence.refresh(entry);
    const ended = () => this.#executionEnded(entry, execution);
    execution.done.then(ended, ended);
    return execution;
  }

  async putFile(boardId: BoardId, path: string, content: Uint8Array): Promise<void> {
    const entry = this.#getEntry(boardId);
    getSession(entry);
    await this.#transfer(entry, () => putFile(getSession(entry), this.#crypto, path, content));
  }

  async getFile(boardId: BoardId, path: string): Promise<Uint8Array> {
    const entry = this.#getEntry(boardId);
    getSession(entry);
    return this.#transfer(entry, () => getFile(getSession(entry), path));
  }

  #executionEnded(entry: BoardEntry, execution: Execution): void {
    // When the link broke off, the board may have a new session and a new execution by now.
    if (entry.execution !== execution) return;
    entry.execution = undefined;
    this.#presence.refresh(entry);
  }

  async #transfer<T>(entry: BoardEntry, task: () => Promise<T>): Promise<T> {
    const mine = (entry.lastTransfer ?? Promise.resolve()).then(task, task);
    entry.lastTransfer = mine;
    entry.transfers += 1;
    this.#presence.refresh(entry);
    try {
      return await mine;
    } finally {
      entry.transfers -= 1;
      if (entry.lastTransfer === mine) entry.lastTransfer = undefined;
      this.#presence.refresh(entry);
    }
  }

  #getEntry(boardId: BoardId): BoardEntry {
    const entry = this.#registry.find(boardId);
    if (!entry) throw new AppError('board_not_found');
    return entry;
  }
}

function getSession(entry: BoardEntry): Session {
  if (!entry.session) throw new AppError('board_offline', { message: `${entry.stored.name} is off line.` });
  return entry.session;
}
