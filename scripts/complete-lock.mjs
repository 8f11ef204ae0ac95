// Adds to package-lock.json the optional packages for other systems that a registry did not serve when the lock was
// made. npm leaves them out in silence, and `npm ci` then refuses the lock. Run it after each change of a dependency.
import { readFileSync, writeFileSync } from 'node:fs';
import { isMain, ROOT } from './tree.mjs';

const SYSTEMS = {
  darwin: 'darwin',
  win32: 'win32',
  win: 'win32',
  linux: 'linux',
  freebsd: 'freebsd',
  android: 'android',
  openharmony: 'openharmony',
  sunos: 'sunos',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  aix: 'aix',
  wasm32: 'none',
};
const PROCESSORS = ['arm64', 'x64', 'arm', 'ia32', 'wasm32', 'riscv64', 'ppc64', 's390x', 'loong64', 'mips64el'];

/** Answers the names that were added. */
export function completeLock(lock) {
  const { packages } = lock;
  const added = [];
  for (const [from, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      // A range cannot be completed without a registry; the packages that need this pin their binaries exactly.
      if (!/^\d/.test(version) || isResolved(packages, from, name)) continue;
      const top = `node_modules/${name}`;
      packages[packages[top] ? `${from}/${top}` : top] = entryFor(name, version, entry.dev);
      added.push(`${name}@${version}`);
    }
  }
  lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  return added;
}

function entryFor(name, version, dev) {
  const words = name.split(/[-/]/);
  const system = words.find((word) => word in SYSTEMS);
  const processor = PROCESSORS.find((word) => words.includes(word));
  return {
    version,
    ...(processor && { cpu: [processor] }),
    ...(dev && { dev: true }),
    optional: true,
    ...(system && { os: [SYSTEMS[system]] }),
    // npm links a command only if the lock names it, and every npm script needs the pinned Node as `node`.
    ...(name.startsWith('node-') && { bin: { node: 'bin/node' } }),
  };
}

/** Looks for the package where Node would: in node_modules of `from`, and of each folder above. */
function isResolved(packages, from, name) {
  for (let at = from; ; at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : '') {
    if (packages[at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`]) return true;
    if (at === '') return false;
  }
}

if (isMain(import.meta.url)) {
  const path = `${ROOT}/package-lock.json`;
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const added = completeLock(lock);
  if (added.length > 0) writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(added.length === 0 ? 'package-lock.json is complete' : `added to package-lock.json: ${added.join(', ')}`);
}
