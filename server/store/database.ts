/** Opens the one SQLite file and brings it up to date; refuses a file that is newer, broken or in use. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { z } from 'zod';
import { AppError } from '#lib/errors.ts';
import * as schema from './schema.ts';

export type Db = BetterSQLite3Database<typeof schema> & { readonly $client: Database.Database };

const BUSY_TIMEOUT_MS = 5_000;
/** 16 MB: pages that a hundred printing programs write again and again go to the database once a second, not with every commit. */
const CHECKPOINT_PAGES = 4_000;
const journalSchema = z.object({ entries: z.array(z.object({ when: z.number() })) });

export interface OpenDatabase {
  readonly db: Db;
  readonly client: Database.Database;
  /** Frees the file and the data folder for another hub. */
  close(): void;
}

/** Throws data_not_writable, database_newer or database_broken, before anything was written. */
export function openDatabase(dataDir: string, migrationsDir: string): OpenDatabase {
  const file = join(dataDir, 'cloudmanager.sqlite');
  const lock = lockDataDir(dataDir);
  try {
    if (existsSync(file)) refuseNewer(file, migrationsDir);
    const client = connect(file);
    const db = drizzle(client, { schema });
    migrate(db, { migrationsFolder: migrationsDir });
    const close = () => {
      client.close();
      lock.close();
    };
    return { db, client, close };
  } catch (error) {
    lock.close();
    throw asStartFailure(error, file);
  }
}

function connect(file: string): Database.Database {
  const client = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  client.pragma('journal_mode = WAL');
  client.pragma('synchronous = FULL');
  client.pragma('foreign_keys = ON');
  client.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  return client;
}

/** The operating system drops this lock when the process dies, however it dies: a pid file would stay behind. */
function lockDataDir(dataDir: string): Database.Database {
  const file = join(dataDir, 'in-use.lock');
  let lock: Database.Database | undefined;
  try {
    lock = new Database(file, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    if (codeOf(error).startsWith('SQLITE_BUSY')) {
      throw new AppError('data_not_writable', {
        message: `Another hub is using the data folder ${dataDir}.`,
        hint: 'Stop it with `mbm server-stop`, or choose another folder with --data.',
      });
    }
    throw asStartFailure(error, file);
  }
}

/** A migration that this version does not know was written by a newer one. */
function refuseNewer(file: string, migrationsDir: string): void {
  const journal = journalSchema.parse(JSON.parse(readFileSync(join(migrationsDir, 'meta/_journal.json'), 'utf8')));
  const newestKnown = Math.max(...journal.entries.map((entry) => entry.when));
  const client = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    const migrations = client.prepare("SELECT 1 FROM sqlite_master WHERE name = '__drizzle_migrations'").get();
    if (migrations === undefined) return;
    const newest = client.prepare<[], number>('SELECT max(created_at) FROM __drizzle_migrations').pluck().get() ?? 0;
    if (newest > newestKnown)
      throw new AppError('database_newer', { message: `The database ${file} was made by a newer Cloudmanager.` });
  } finally {
    client.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function asStartFailure(error: unknown, file: string): unknown {
  const code = codeOf(error);
  if (/^SQLITE_(NOTADB|CORRUPT|IOERR)/.test(code))
    return new AppError('database_broken', { message: `The database ${file} cannot be read.`, cause: error });
  if (/^SQLITE_(CANTOPEN|READONLY|PERM)/.test(code))
    return new AppError('data_not_writable', { message: `The file ${file} cannot be written.`, cause: error });
  return error;
}
