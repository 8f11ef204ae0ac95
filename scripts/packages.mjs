// Are the installed packages those of the lock, and which Node will run? Plain Node 20 without dependencies.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const MIN_NODE = [22, 14];
const PINNED = 'node_modules/.bin/node';
const GROUPS = ['dependencies', 'devDependencies', 'optionalDependencies'];

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

/**
 * True when `npm ci` has something to do. npm itself keeps a record of what it installed; comparing with it, rather
 * than with a mark of ours, means that an `npm install X` is not undone and a changed script reinstalls nothing.
 */
export function packagesAreStale(root, { withDev }) {
  const record = `${root}/node_modules/.package-lock.json`;
  if (!existsSync(record)) return true;
  const pkg = readJson(`${root}/package.json`);
  const lock = readJson(`${root}/package-lock.json`).packages;
  const installed = readJson(record).packages;
  if (GROUPS.some((group) => !sameEntries(pkg[group], lock[''][group]))) return true;
  return Object.entries(lock).some(([path, entry]) => {
    if (path === '' || (entry.dev && !withDev) || (entry.devOptional && !withDev)) return false;
    // Packages for other systems are absent, and rightly so.
    if (installed[path] === undefined) return !entry.optional && !entry.devOptional;
    return installed[path].version !== entry.version;
  });
}

function sameEntries(a = {}, b = {}) {
  const names = Object.keys({ ...a, ...b });
  return names.every((name) => a[name] === b[name]);
}

/** The Node that npm scripts will find, or a sentence why there is none. */
export function findNode(root, own = process.execPath) {
  const node = existsSync(`${root}/${PINNED}`) ? `${root}/${PINNED}` : own;
  const version = versionOf(node);
  if (version !== undefined && isNewEnough(version)) return { node, version };
  const system = `${process.platform}-${process.arch}`;
  return {
    error:
      node === own
        ? `Node ${MIN_NODE.join('.')} or newer is needed; this is ${version ?? 'unknown'}, and npm has no Node 24 for ${system}. Install one from https://nodejs.org and run the command again.`
        : `The Node that was installed into node_modules does not start on ${system}. Install Node ${MIN_NODE.join('.')} or newer from https://nodejs.org, run \`npm ci --omit=optional\`, and then the command again.`,
  };
}

function versionOf(node) {
  try {
    return execFileSync(node, ['-v'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .trim()
      .slice(1);
  } catch {
    return undefined;
  }
}

export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
}
