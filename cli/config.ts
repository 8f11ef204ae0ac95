/** The only reader of the environment in mbm. */
import { dirname, join, resolve } from 'node:path';
import { resolveDataDir } from '#lib/node/data-dir.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface CliConfig {
  /** CLOUDMANAGER_URL: a hub elsewhere; without it the one on this machine. */
  readonly url: string | undefined;
  readonly token: string | undefined;
  readonly noColor: boolean;
  /** `server-start` starts what was built before, without looking whether it is stale. */
  readonly noPrepare: boolean;
  readonly env: Environment;
}

export function readCliConfig(env: Environment = process.env): CliConfig {
  return {
    url: env.CLOUDMANAGER_URL || undefined,
    token: env.CLOUDMANAGER_TOKEN || undefined,
    // https://no-color.org: any value that is not empty.
    noColor: Boolean(env.NO_COLOR) || env.TERM === 'dumb',
    noPrepare: Boolean(env.CLOUDMANAGER_NO_PREPARE),
    env,
  };
}

export function dataDirOf(config: CliConfig, option: string | undefined): string {
  return resolveDataDir(option, config.env);
}

/** Sources lie in cli/ and the bundle in dist/: the project is one level up from both. */
export const ROOT_DIR = resolve(dirname(import.meta.filename), '..');
const IS_BUNDLE = import.meta.filename.endsWith('.mjs');

/** Another entry of the project, as a bundle when mbm itself is one: `simulate` is emulator/simulate.ts or dist/simulate.mjs. */
export function entryPath(name: string, source: string): string {
  return join(ROOT_DIR, IS_BUNDLE ? `dist/${name}.mjs` : source);
}
