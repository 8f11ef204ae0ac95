/**
 * The real 32-bit MicroPython for the device tests, unpacked from Debian's packages into .cache/micropython without
 * touching the system: `.cache/micropython/micropython -X heapsize=38k x.py`. Pointers are 4 bytes as on a board.
 * Run directly it prints the path. Plain ESM for Node 20: it runs before anything is installed.
 */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installPackages, onPath } from './debian-packages.mjs';

const run = promisify(execFile);
const HOME = resolve(dirname(fileURLToPath(import.meta.url)), '..', '.cache', 'micropython');
const WRAPPER = join(HOME, 'micropython');
const PACKAGES = ['micropython', 'libc6', 'libffi8', 'libmbedcrypto16', 'libmbedtls21', 'libmbedx509-7', 'libgcc-s1'];
const PROBE = 'import sys;print(sys.version.split()[-3], 64 if sys.maxsize > 1 << 40 else 32)';

/** Its own loader and libraries, because the packages need a newer libc than older systems have. */
const BUNDLED = `#!/bin/sh
root="\${0%/*}/root"
lib="$root/usr/lib/i386-linux-gnu"
[ -e "$lib/ld-linux.so.2" ] || lib="$root/lib/i386-linux-gnu"
exec "$lib/ld-linux.so.2" --library-path "$lib:$root/usr/lib/i386-linux-gnu" "$root/usr/bin/micropython" "$@"
`;

/** What the interpreter says of itself, or undefined where it does not start. */
const probe = async (path) => {
  try {
    const { stdout } = await run(path, ['-c', PROBE], { timeout: 10_000 });
    const bits = Number(stdout.trim().split(' ').at(-1));
    return bits === 32 || bits === 64 ? { path, bits } : undefined;
  } catch {
    return undefined;
  }
};

/** The unpacked interpreter and its wrapper. */
const install = () =>
  installPackages({
    home: HOME,
    architecture: 'i386',
    packages: PACKAGES,
    finish: (folder) => writeFile(join(folder, 'micropython'), BUNDLED, { mode: 0o755 }),
    check: (folder) => probe(join(folder, 'micropython')),
  });

const fromPath = async (reason) => {
  const found = await onPath('micropython', HOME);
  const usable = found && (await probe(found));
  if (!usable) {
    throw new Error(
      `The 32-bit MicroPython for the device tests cannot be installed here: ${reason}. ` +
        'Install MicroPython yourself so that `micropython` is on the PATH (apt-get install micropython, ' +
        'brew install micropython), then try again.',
    );
  }
  await mkdir(HOME, { recursive: true });
  await writeFile(WRAPPER, `#!/bin/sh\nexec "${found}" "$@"\n`, { mode: 0o755 });
  return { path: WRAPPER, bits: usable.bits };
};

/** The interpreter's path, and 32, or 64 where only the system's own was found: sizes in bytes then differ from a board's. */
export async function ensureMicropython() {
  const there = await probe(WRAPPER);
  if (there) return there;
  try {
    return await install();
  } catch (error) {
    return fromPath(error.message);
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    console.log((await ensureMicropython()).path);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
