/**
 * Builds dist/vm/micropython.wasm and dist/vm/addresses.json from the npm WebAssembly build of MicroPython, on any
 * system that has Node. It does nothing when neither the npm files nor this folder's code have changed.
 * Run as `node emulator/vm/build.ts`. What is rewritten and why: rewrite.ts.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clearFrames, rewriteVm } from './rewrite.ts';
import { ShapeChanged } from './wat-text.ts';

type Binaryen = typeof import('binaryen').default;

export interface VmBuild {
  readonly wasmPath: string;
  readonly addressesPath: string;
  /** False when the files were up to date. */
  readonly built: boolean;
}

/**
 * Live pointers have to be on the C stack whenever something is called, for the collector to see them: flatten makes
 * every operand a local, coalescing keeps the frames small enough for MicroPython's limit of 32 KB, spill-pointers
 * stores the locals. The passes after it only tidy up and move nothing back over a call.
 */
const PASSES = [
  'flatten',
  'simplify-locals-nonesting',
  'dce',
  'vacuum',
  'coalesce-locals',
  'vacuum',
  'spill-pointers',
  'precompute',
  'vacuum',
  'optimize-instructions',
  'reorder-locals',
];

const here = dirname(fileURLToPath(import.meta.url));
const SOURCES = ['build.ts', 'rewrite.ts', 'wat-text.ts'];

export async function buildVm(root = resolve(here, '../..')): Promise<VmBuild> {
  const require = createRequire(join(root, 'package.json'));
  const original = readFileSync(require.resolve('@micropython/micropython-webassembly-pyscript/micropython.wasm'));
  const inputs = hashOf([original, ...SOURCES.map((name) => readFileSync(join(here, name)))]);
  const folder = join(root, 'dist/vm');
  const wasmPath = join(folder, 'micropython.wasm');
  const addressesPath = join(folder, 'addresses.json');
  if (isUpToDate(wasmPath, addressesPath, inputs)) return { wasmPath, addressesPath, built: false };

  const { wasm, addresses } = await transform(original);
  mkdirSync(folder, { recursive: true });
  replaceFile(wasmPath, wasm);
  // Written last: its hash says that both files are whole.
  replaceFile(addressesPath, `${JSON.stringify({ ...addresses, inputs, wasm: hashOf([wasm]) }, null, 2)}\n`);
  return { wasmPath, addressesPath, built: true };
}

async function transform(original: Uint8Array) {
  // 15 MB that only this step needs.
  const { default: binaryen } = await import('binaryen');
  const source = binaryen.readBinary(original);
  const { wat, addresses } = rewriteVm(source.emitText());
  source.dispose();
  const spilled = parse(binaryen, wat);
  spilled.runPasses(PASSES);
  const module = parse(binaryen, clearFrames(spilled.emitText()));
  spilled.dispose();
  if (!module.validate()) throw new ShapeChanged('the rewritten module is not valid');
  const wasm = module.emitBinary();
  module.dispose();
  return { wasm, addresses };
}

function parse(binaryen: Binaryen, wat: string) {
  const module = binaryen.parseText(wat);
  const feature = binaryen.Features;
  module.setFeatures(
    feature.Atomics |
      feature.BulkMemory |
      feature.BulkMemoryOpt |
      feature.Multivalue |
      feature.MutableGlobals |
      feature.NontrappingFPToInt |
      feature.ReferenceTypes |
      feature.SignExt,
  );
  return module;
}

function isUpToDate(wasmPath: string, addressesPath: string, inputs: string): boolean {
  if (!existsSync(wasmPath) || !existsSync(addressesPath)) return false;
  try {
    const known: unknown = JSON.parse(readFileSync(addressesPath, 'utf8'));
    return (
      typeof known === 'object' &&
      known !== null &&
      'inputs' in known &&
      known.inputs === inputs &&
      'wasm' in known &&
      known.wasm === hashOf([readFileSync(wasmPath)])
    );
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function hashOf(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(createHash('sha256').update(part).digest());
  return hash.digest('hex');
}

/** Two builds may run at the same time: each writes its own file, and the last rename wins with equal bytes. */
function replaceFile(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const { built, wasmPath } = await buildVm();
    process.stdout.write(`${built ? 'Built' : 'Up to date:'} ${wasmPath}\n`);
  } catch (error) {
    if (!(error instanceof ShapeChanged)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
