/**
 * What the client costs a board: bytes of heap per module on the 32-bit MicroPython with a heap as large as an
 * ESP8266's, of the modules that stay (imported by cm_core, and the board's port) and of those imported for a moment.
 * Prints a table, or one JSON document with --json. What a link needs on top is measured with a hub, in device/tests.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { ensureMicropython } from '../../scripts/micropython-linux.mjs';
import { clientFolder, loadClient } from './build.ts';

const run = promisify(execFile);
const SOURCES = fileURLToPath(new URL('../client', import.meta.url));
const SCRIPT = fileURLToPath(new URL('ram.py', import.meta.url));
const HEAP = ['-X', 'heapsize=38k'];
/** The port that is resident on the boards with the least memory. */
const ROOTS = ['cm_core', 'cm_port_esp8266'];
/** Started by the board itself, or for a system that has memory enough. */
const NOT_MEASURED = ['boot', 'main', 'cm_port_unix', 'cm_port_pump'];

/** Heap that the client may keep for itself, of the 38 KB of an ESP8266. */
export const RESIDENT_MAX_BYTES = 8 * 1024;

const rowsSchema = z.array(z.object({ module: z.string(), late: z.boolean(), bytes: z.number() }));

export interface RamReport {
  readonly version: string;
  /** 32 like the boards; on a machine of 64 the sizes say nothing about them. */
  readonly bits: 32 | 64;
  readonly modules: z.infer<typeof rowsSchema>;
  readonly residentBytes: number;
  readonly freeBytes: number;
}

/** Modules of ours that importing `name` brings along, those that need the least first. */
const residentModules = (imports: ReadonlyMap<string, readonly string[]>): string[] => {
  const order: string[] = [];
  const visiting = new Set<string>();
  const visit = (name: string): void => {
    if (visiting.has(name)) return;
    visiting.add(name);
    for (const other of imports.get(name) ?? []) visit(other);
    order.push(name);
  };
  ROOTS.forEach(visit);
  return order;
};

const readImports = async (): Promise<Map<string, string[]>> => {
  const names = (await readdir(SOURCES)).filter((name) => name.endsWith('.py'));
  const entries = names.map(async (name): Promise<[string, string[]]> => {
    const text = await readFile(join(SOURCES, name), 'utf8');
    return [name.slice(0, -3), [...text.matchAll(/^(?:import|from) (cm_\w+)/gm)].flatMap(([, other]) => other ?? [])];
  });
  return new Map(await Promise.all(entries));
};

/** Measures the client as it is built now. */
export async function measureRam(): Promise<RamReport> {
  const { path, bits } = await ensureMicropython();
  const { version, files } = await loadClient();
  const resident = residentModules(await readImports()).filter((name) =>
    files.some((file) => file.path === `${name}.mpy`),
  );
  const late = files
    .map((file) => file.path.replace(/\.\w+$/, ''))
    .filter((name) => !resident.includes(name) && !NOT_MEASURED.includes(name))
    .map((name) => `-${name}`);
  const { stdout } = await run(path, [...HEAP, SCRIPT, clientFolder, ...resident, ...late]);
  const modules = rowsSchema.parse(JSON.parse(stdout));
  const residentBytes = modules.reduce((sum, { late, bytes }) => (late ? sum : sum + bytes), 0);
  const fresh = await run(path, [...HEAP, '-c', 'import gc;gc.collect();print(gc.mem_free())']);
  return { version, bits, modules, residentBytes, freeBytes: Number(fresh.stdout) - residentBytes };
}

const print = ({ version, modules, residentBytes, freeBytes }: RamReport): void => {
  console.log(`Client ${version}, bytes of heap`);
  for (const { module, late, bytes } of modules) {
    console.log(`${module.padEnd(20)} ${String(bytes).padStart(6)}${late ? '  for a moment' : ''}`);
  }
  console.log(`${'resident'.padEnd(20)} ${String(residentBytes).padStart(6)}  of ${RESIDENT_MAX_BYTES}`);
  console.log(`${'free'.padEnd(20)} ${String(freeBytes).padStart(6)}  before the first connection`);
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const report = await measureRam();
  if (process.argv.includes('--json')) console.log(JSON.stringify(report));
  else print(report);
  if (report.bits === 32 && report.residentBytes > RESIDENT_MAX_BYTES) process.exitCode = 1;
}
