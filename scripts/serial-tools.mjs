/**
 * Debian's real esptool and mpremote for the tests of the emulated chip, unpacked into .cache/serial-tools without touching the
 * system: `.cache/serial-tools/esptool --port /dev/pts/3 flash_id`. They are Python without compiled parts, and run on the python3
 * that is here. Run directly it prints their folder. Plain ESM for Node 20, like micropython-linux.mjs.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installPackages } from './debian-packages.mjs';

const run = promisify(execFile);
const HOME = resolve(dirname(fileURLToPath(import.meta.url)), '..', '.cache', 'serial-tools');
const PACKAGES = ['esptool', 'micropython-mpremote', 'python3-serial', 'python3-intelhex'];
const TOOLS = ['esptool', 'mpremote'];

const wrapper = (tool) => `#!/bin/sh
export PYTHONPATH="\${0%/*}/root/usr/lib/python3/dist-packages"
exec python3 -m ${tool} "$@"
`;

/** The paths of the two, or undefined where one of them does not start. */
const probe = async (folder) => {
  const [esptool, mpremote] = TOOLS.map((tool) => join(folder, tool));
  try {
    for (const tool of [esptool, mpremote]) await run(tool, ['version'], { timeout: 20_000 });
    return { esptool, mpremote };
  } catch {
    return undefined;
  }
};

/** The tools, or the reason why they cannot be had here. */
export async function ensureSerialTools() {
  const there = await probe(HOME);
  if (there) return there;
  try {
    return await installPackages({
      home: HOME,
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      packages: PACKAGES,
      finish: async (folder) => {
        for (const tool of TOOLS) await writeFile(join(folder, tool), wrapper(tool), { mode: 0o755 });
      },
      check: probe,
    });
  } catch (error) {
    return { reason: `Debian's esptool and mpremote cannot be installed here: ${error.message}.` };
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const tools = await ensureSerialTools();
  if (tools.reason) {
    console.error(tools.reason);
    process.exitCode = 1;
  } else console.log(HOME);
}
