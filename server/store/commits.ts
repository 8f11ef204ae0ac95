/**
 * Group commit. A durable commit costs one fsync; the ends of a thousand runs in one moment share it.
 * What is queued in one turn of the event loop is written in one transaction, and its promises resolve when it is on disk.
 */
import type Database from 'better-sqlite3';
import { AppError } from '#lib/errors.ts';

export interface Commits {
  /** On disk, through a power cut, when the promise resolves. Writes happen in the order of the calls. */
  durable<T>(write: () => T): Promise<T>;
  /** Survives the death of this process, but perhaps not a power cut. For what a board's journal can tell again. */
  relaxed<T>(write: () => T): T;
  /** Writes at once what is still queued. */
  flush(): void;
}

interface Queued {
  run(): void;
  resolve(): void;
  reject(error: unknown): void;
}

export function createCommits(client: Database.Database): Commits {
  let queue: Queued[] = [];

  function flush(): void {
    const batch = queue;
    queue = [];
    if (batch.length === 0) return;
    try {
      client.transaction(() => {
        for (const item of batch) item.run();
      })();
      for (const item of batch) item.resolve();
    } catch (error) {
      // One bad write must not take its neighbours with it; a full disk refuses each alone.
      if (batch.length === 1) batch[0]?.reject(asStorageError(error));
      else for (const item of batch) commitAlone(client, item);
    }
  }

  function durable<T>(write: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let result: { value: T } | undefined;
      if (queue.length === 0) setImmediate(flush);
      queue.push({
        run: () => {
          result = { value: write() };
        },
        resolve: () => result && resolve(result.value),
        reject,
      });
    });
  }

  function relaxed<T>(write: () => T): T {
    // Queued writes come first, so that a later state never lies below an earlier one.
    flush();
    client.pragma('synchronous = NORMAL');
    try {
      return client.transaction(write)();
    } catch (error) {
      throw asStorageError(error);
    } finally {
      client.pragma('synchronous = FULL');
    }
  }

  return { durable, relaxed, flush };
}

function commitAlone(client: Database.Database, item: Queued): void {
  try {
    client.transaction(() => item.run())();
    item.resolve();
  } catch (error) {
    item.reject(asStorageError(error));
  }
}

/** SQLITE_FULL is the one failure that a user can mend. */
export function asStorageError(error: unknown): unknown {
  const full = error instanceof Error && 'code' in error && error.code === 'SQLITE_FULL';
  return full ? new AppError('hub_storage_full', { cause: error }) : error;
}
