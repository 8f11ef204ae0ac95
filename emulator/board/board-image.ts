/** What all boards of a process share: the compiled VM and the firmware's Python, read once. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { VmAddresses } from '../vm/rewrite.ts';

export interface BoardImage {
  readonly vm: WebAssembly.Module;
  readonly addresses: VmAddresses;
  readonly firmware: ReadonlyMap<string, string>;
}

const images = new Map<string, Promise<BoardImage>>();

export function loadImage(root: string | URL): Promise<BoardImage> {
  const folder = typeof root === 'string' ? root : fileURLToPath(root);
  const known = images.get(folder);
  if (known !== undefined) return known;
  const image = readImage(folder);
  images.set(folder, image);
  // A build may come later: the next board tries again.
  image.catch(() => images.delete(folder));
  return image;
}

async function readImage(folder: string): Promise<BoardImage> {
  const [wasm, addresses] = await Promise.all([
    readBuilt(join(folder, 'dist/vm/micropython.wasm')),
    readBuilt(join(folder, 'dist/vm/addresses.json')),
  ]);
  const firmware = new Map<string, string>();
  for (const file of await readdir(join(folder, 'emulator/firmware'))) {
    if (file.endsWith('.py'))
      firmware.set(file.slice(0, -3), await readFile(join(folder, 'emulator/firmware', file), 'utf8'));
  }
  return { vm: await WebAssembly.compile(wasm), addresses: parseAddresses(addresses.toString()), firmware };
}

async function readBuilt(path: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new Error(
      `The virtual board's VM is not built (${path}). Run \`node emulator/vm/build.ts\`, or \`npm start\`.`,
      { cause },
    );
  }
}

function parseAddresses(text: string): VmAddresses {
  const parsed: unknown = JSON.parse(text);
  if (
    typeof parsed === 'object' &&
    parsed !== null &&
    'schedState' in parsed &&
    'interruptChar' in parsed &&
    typeof parsed.schedState === 'number' &&
    typeof parsed.interruptChar === 'number'
  ) {
    return { schedState: parsed.schedState, interruptChar: parsed.interruptChar };
  }
  throw new Error('dist/vm/addresses.json is damaged; remove dist/vm and build it again.');
}
