#!/usr/bin/env node
// `mbm`: finds a Node that is new enough and runs the bundle, or the sources where nothing was built. Plain Node 20 without dependencies.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUNDLE = `${ROOT}dist/mbm.mjs`;
const SOURCE = `${ROOT}cli/main.ts`;
const PINNED = `${ROOT}node_modules/.bin/node`;
const NO_HUB = 1;

/** The sources need type stripping without a flag. */
const neededVersion = (entry) => (entry === BUNDLE ? [22, 14] : [22, 18]);

function isNewEnough([wantedMajor, wantedMinor]) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** In a fresh clone nothing is installed. What is said goes to stderr: stdout belongs to the command. */
function prepare() {
  const { status } = spawnSync(process.execPath, [`${ROOT}scripts/prepare.mjs`, 'start'], { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(NO_HUB);
}

function runWith(node, entry) {
  const child = spawn(node, [entry, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child from the terminal; other signals come to this process alone.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`mbm: ${node} cannot be started: ${error.message}`);
    process.exit(1);
  });
  child.on('close', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

if (!existsSync(BUNDLE) && !existsSync(`${ROOT}node_modules`)) prepare();
const entry = existsSync(BUNDLE) ? BUNDLE : SOURCE;
if (isNewEnough(neededVersion(entry))) await import(pathToFileURL(entry).href);
else if (existsSync(PINNED)) runWith(PINNED, entry);
else {
  console.error(
    `mbm needs Node ${neededVersion(entry).join('.')} or newer; this is ${process.versions.node}. Run \`npm ci\` in ${ROOT} to get one.`,
  );
  process.exit(1);
}
