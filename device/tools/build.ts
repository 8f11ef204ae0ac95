/**
 * The client as boards get it: device/client/*.py compiled to .mpy, with boot.py and main.py as they are, in
 * dist/device beside a manifest. `loadClient()` is what the hub, the emulator and the tests use; it builds when the
 * sources have changed since. Bytecode of version 6.0 without architecture loads in MicroPython 1.19 to today.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { shortenNames } from './shorten.ts';

export interface ClientFile {
  readonly path: string;
  readonly content: Uint8Array;
}

export interface Client {
  /** Version of the package and hash of the client: two clients of equal version are equal. */
  readonly version: string;
  readonly files: readonly ClientFile[];
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = join(ROOT, 'device', 'client');
/** Where the built client lies. */
export const clientFolder = join(ROOT, 'dist', 'device');
const MANIFEST = 'manifest.json';
/** Boards run these two before they know the slot of the client. */
const AS_SOURCE = ['boot.py', 'main.py'];
/** Without line numbers, which would take heap and name lines of a file that the board does not have; the source is
 * named like its module, a text that is on the heap already. */
const mpyOptions = (name: string): string[] => ['-O3', '-s', name.replace(/\.py$/, '')];
const HASH_DIGITS = 8;

const manifestSchema = z.object({
  version: z.string(),
  /** Hash of what the files were made from: another one means that they are stale. */
  source: z.string(),
  files: z.array(z.object({ name: z.string(), sha256: z.string(), bytes: z.number() })),
});

const sha256 = (...parts: (string | Uint8Array)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
};

interface Sources {
  readonly version: string;
  readonly hash: string;
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

const readSources = async (): Promise<Sources> => {
  const names = (await readdir(SOURCES)).filter((name) => name.endsWith('.py')).sort();
  const files = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(SOURCES, name), 'utf8');
      return { name, text: AS_SOURCE.includes(name) ? text : shortenNames(text) };
    }),
  );
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  const hash = sha256(version, mpyOptions('').join(), ...files.flatMap(({ name, text }) => [name, text]));
  return { version: `${version}+${hash.slice(0, HASH_DIGITS)}`, hash, files };
};

type Compile = (
  name: string,
  text: string,
  options: string[],
) => Promise<{ status: number; mpy?: Uint8Array; err: string[] }>;

/** The compiler takes fetch for a browser's and hangs two listeners on the process each time: neither may stay. */
const compileMpy = async (compile: Compile, name: string, text: string): Promise<Uint8Array> => {
  const { fetch } = globalThis;
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => process.listeners(event as 'uncaughtException'));
  Reflect.set(globalThis, 'fetch', undefined);
  try {
    const { status, mpy, err } = await compile(name, text, mpyOptions(name));
    if (status !== 0 || !mpy) throw new Error(`${name} does not compile: ${err.join('\n')}`);
    return mpy;
  } finally {
    Reflect.set(globalThis, 'fetch', fetch);
    events.forEach((event, i) => {
      for (const listener of process.listeners(event as 'uncaughtException')) {
        if (!before[i]?.includes(listener)) process.off(event, listener);
      }
    });
  }
};

const compileAll = async ({ version, files }: Sources): Promise<Client> => {
  // Its CommonJS build fills `exports` at run time, where the loader of ES modules does not see the name.
  const { compile }: { compile: Compile } = createRequire(import.meta.url)('@pybricks/mpy-cross-v6');
  const made: ClientFile[] = [];
  // The board's INFO names the version it runs.
  for (const { name, text } of [...files, { name: 'cm_version.py', text: `V = '${version}'\n` }]) {
    if (AS_SOURCE.includes(name)) made.push({ path: name, content: new TextEncoder().encode(text) });
    else made.push({ path: name.replace(/\.py$/, '.mpy'), content: await compileMpy(compile, name, text) });
  }
  return { version, files: made };
};

/** Beside and renamed, the manifest last: who builds at the same time writes the same. */
const writeWhole = async (name: string, content: string | Uint8Array): Promise<void> => {
  const beside = join(clientFolder, `.${name}.${randomUUID()}`);
  await writeFile(beside, content);
  await rename(beside, join(clientFolder, name));
};

const store = async (client: Client, source: string): Promise<void> => {
  await mkdir(clientFolder, { recursive: true });
  for (const { path, content } of client.files) await writeWhole(path, content);
  const files = client.files.map(({ path, content }) => ({
    name: path,
    sha256: createHash('sha256').update(content).digest('hex'),
    bytes: content.length,
  }));
  await writeWhole(MANIFEST, `${JSON.stringify({ version: client.version, source, files }, null, 2)}\n`);
  const known = new Set([MANIFEST, ...files.map(({ name }) => name)]);
  for (const name of await readdir(clientFolder)) {
    if (!known.has(name) && !name.startsWith('.')) await rm(join(clientFolder, name), { force: true });
  }
};

/** What dist/device holds, if it was made from `source` and is whole. */
const loadBuilt = async (source: string): Promise<Client | undefined> => {
  try {
    const manifest = manifestSchema.parse(JSON.parse(await readFile(join(clientFolder, MANIFEST), 'utf8')));
    if (manifest.source !== source) return undefined;
    const files = await Promise.all(
      manifest.files.map(async ({ name, sha256: expected }) => {
        const content = new Uint8Array(await readFile(join(clientFolder, name)));
        if (createHash('sha256').update(content).digest('hex') !== expected) throw new Error(`${name} is damaged`);
        return { path: name, content };
      }),
    );
    return { version: manifest.version, files };
  } catch {
    return undefined;
  }
};

/** Compiles the client anew and writes dist/device. */
export async function buildClient(): Promise<Client> {
  const sources = await readSources();
  const client = await compileAll(sources);
  await store(client, sources.hash);
  return client;
}

/** The client of the present sources: boot.py, main.py and modules by bare name, as lib/provision takes them. */
export async function loadClient(): Promise<Client> {
  return (await loadBuilt((await readSources()).hash)) ?? buildClient();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { version, files } = await buildClient();
  console.log(`dist/device: client ${version}, ${files.length} files`);
}
