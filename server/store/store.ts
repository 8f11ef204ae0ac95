/**
 * What outlives the process: one SQLite file in the data folder, and the secrets beside it.
 * A noun's queries are in the file of its name; database.ts opens and migrates, commits.ts says when a write is on disk.
 * Signatures are asynchronous so that PostgreSQL can follow, but each write runs in one synchronous transaction: see
 * docs/decisions/0003-store.md. No rule of the domain belongs here. Read schema.ts next.
 */
import { type BoardQueries, createBoardQueries } from './boards.ts';
import { type Commits, createCommits } from './commits.ts';
import { openDatabase } from './database.ts';
import { createFirmwareQueries, type FirmwareQueries } from './firmware.ts';
import { createJobQueries, type JobQueries } from './jobs.ts';
import { createKeyQueries, type KeyQueries } from './keys.ts';
import { createOutputQueries, type OutputQueries } from './outputs.ts';
import { openSecrets, type Secrets } from './secrets.ts';
import { createSessionQueries, type SessionQueries } from './sessions.ts';
import { createUserQueries, type UserQueries } from './users.ts';
import { createWifiQueries, type WifiQueries } from './wifi.ts';

export interface Store {
  readonly secrets: Secrets;
  readonly commits: Commits;
  readonly boards: BoardQueries;
  readonly keys: KeyQueries;
  readonly jobs: JobQueries;
  readonly outputs: OutputQueries;
  readonly users: UserQueries;
  readonly sessions: SessionQueries;
  readonly wifi: WifiQueries;
  readonly firmware: FirmwareQueries;
  /** Writes what still waits and frees the data folder. */
  close(): void;
}

/** Throws data_not_writable, database_newer or database_broken, each naming the file. */
export function openStore(options: { readonly dataDir: string; readonly migrationsDir: string }): Store {
  const secrets = openSecrets(options.dataDir);
  const { db, client, close } = openDatabase(options.dataDir, options.migrationsDir);
  const commits = createCommits(client);
  const boards = createBoardQueries(db, commits);
  return {
    secrets,
    commits,
    boards,
    keys: createKeyQueries(db, commits, secrets.keyEncryptionKey),
    jobs: createJobQueries(db, commits),
    outputs: createOutputQueries(db),
    users: createUserQueries(db, commits),
    sessions: createSessionQueries(db, commits),
    wifi: createWifiQueries(db, commits, secrets.keyEncryptionKey),
    firmware: createFirmwareQueries(db, commits),
    close() {
      boards.flushFacts();
      commits.flush();
      close();
    },
  };
}
