import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boardIdSchema, type TeamId } from '#lib/api/schema.ts';
import type { StoredBoard } from '#server/hub/ports.ts';
import { openStore, type Store } from './store.ts';

export const MIGRATIONS_DIR = join(import.meta.dirname, 'migrations');

/** A data folder of one test; gone with `remove`. */
export function temporaryFolder(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'cloudmanager-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

export const reopen = (dataDir: string): Store => openStore({ dataDir, migrationsDir: MIGRATIONS_DIR });

export function aBoard(teamId: TeamId, number: number): StoredBoard {
  const id = boardIdSchema.parse(number.toString(16).padStart(32, '0'));
  return { id, teamId, name: `board-${number}`, virtual: false, createdAt: 1_000, lastSeenAt: null, info: null };
}
