/**
 * Where the hub keeps its data, and what it leaves there for `mbm` on the same machine. The hub and `mbm` must agree on it and neither
 * may import the other. Node only, like everything in lib/node; the environment is an argument because only a config file may read it.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** Written when the hub listens, removed when it stops; mode 0600. */
export const HUB_FILE = 'hub.json';
/** API token for this machine's user; mode 0600. */
export const LOCAL_TOKEN_FILE = 'local-token';

export const hubFileSchema = z.object({
  pid: z.number().int().positive(),
  port: z.number().int(),
  /** An address that this machine can reach, without a path. */
  url: z.string(),
  startedAt: z.string(),
  /** The one-time link; only while there is no account. */
  setupUrl: z.string().optional(),
});
export type HubFile = z.infer<typeof hubFileSchema>;

/** The platform's usual place: XDG on Linux, Application Support on macOS, LocalAppData on Windows. */
export function usualDataDir(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'Cloudmanager');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Cloudmanager');
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'cloudmanager');
}

/** `--data`, else CLOUDMANAGER_DATA, else the usual place; absolute. */
export function resolveDataDir(option: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  return resolve(option || env.CLOUDMANAGER_DATA || usualDataDir(env));
}
