/**
 * Group commit. A durable commit costs one fsync; the ends of a thousand runs in one moment share it.
 * There is one queue, written in its order, one transaction a flush; a promise resolves when its write is where it was promised.
 */
import type Database from 'better-sqlite3';
import { AppError } from '#lib/errors.ts';

export interface Commits {
  /** On disk, through a power cut, when the promise resolves; written at the end of this turn of the event loop. */
  durable<T>(write: () => T): Promise<T>;
  /** Written within moments, together with others. For what may be lost with the process, because it can be found out again. */
  lazy(write: () => void): Promise<void>;
  /** Written now. Survives the death of this process, but perhaps not a power cut. */
  relaxed<T>(write: () => T): T;
  /** Writes now what is queued, so that a read finds it. */
  flush(): void;
}

/** A hundred programs that answer a key at a time would otherwise cost a row for each key. */
const LAZY_MS = 200;

interface Queued {
  readonly durable: boolean;
  run(): void;
  resolve(): void;
  reject(error: unknown): void;
}

export function createCommits(client: Database.Database): Commits {
  let queue: Queued[] = [];
  let soon: NodeJS.Immediate | undefined;
  let later: NodeJS.Timeout | undefined;

  function transact(durable: boolean, write: () => void): void {
    if (!durable) client.pragma('synchronous = NORMAL');
    try {
      client.transaction(write)();
    } finally {
      if (!durable) client.pragma('synchronous = FULL');
    }
  }

  function flush(): void {
    clearImmediate(soon);
    clearTimeout(later);
    soon = later = undefined;
    const batch = queue;
    queue = [];
    if (batch.length === 0) return;
    const durable = batch.some((item) => item.durable);
    try {
      transact(durable, () => {
        for (const item of batch) item.run();
      });
      for (const item of batch) item.resolve();
    } catch (error) {
      // One bad write must not take its neighbours with it; a full disk refuses each alone.
      if (batch.length === 1) batch[0]?.reject(asStorageError(error));
      else for (const item of batch) commitAlone(item);
    }
  }

  function commitAlone(item: Queued): void {
    try {
      transact(item.durable, () => item.run());
      item.resolve();
    } catch (error) {
      item.reject(asStorageError(error));
    }
  }

  function enqueue<T>(durable: boolean, write: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let result: { value: T } | undefined;
      const run = () => {
        result = { value: write() };
      };
      queue.push({ durable, run, resolve: () => result && resolve(result.value), reject });
      if (durable) soon ??= setImmediate(flush);
      else later ??= setTimeout(flush, LAZY_MS);
    });
  }

  function relaxed<T>(write: () => T): T {
    // Queued writes come first: a later state must never lie below an earlier one.
    flush();
    let result: { value: T } | undefined;
    try {
      transact(false, () => {
        result = { value: write() };
      });
    } catch (error) {
      throw asStorageError(error);
    }
    if (!result) throw new Error('The transaction did not run.');
    return result.value;
  }

  return { durable: (write) => enqueue(true, write), lazy: (write) => enqueue(false, write), relaxed, flush };
}

/** SQLITE_FULL is the one failure that a user can mend. */
function asStorageError(error: unknown): unknown {
  const full = error instanceof Error && 'code' in error && error.code === 'SQLITE_FULL';
  return full ? new AppError('hub_storage_full', { cause: error }) : error;
}
