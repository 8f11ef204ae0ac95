// Makes a fresh clone runnable, and does nothing when nothing is stale: `node scripts/prepare.mjs start|dev|build|bench|test`.
// npm runs it before `start`, `dev`, `test` and `bench`. Plain Node 20 without dependencies: it runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode, packagesAreStale } from './packages.mjs';
import { STEPS_OF } from './steps.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
process.chdir(ROOT);
const STAMPS = '.cache/prepare';
const LOCK = `${STAMPS}/lock`;
const BIN = `${ROOT}/node_modules/.bin`;
const CHROMIUMS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const startedAt = Date.now();
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
const say = (text) => console.log(`[prepare ${seconds(startedAt)}] ${text}`);

function stop(text) {
  console.error(`[prepare] ${text}`);
  process.exit(1);
}

function digest(paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) add(`${path}/${name}`);
    else if (!/\.(test|spec)\.tsx?$|\.pyc$/.test(path)) hash.update(`${path}\0`).update(readFileSync(path));
  };
  for (const path of paths) add(path);
  return hash.digest('hex');
}

const stampOf = (step) => `${STAMPS}/${step.name.replaceAll(' ', '-')}`;

function isStale(step) {
  if (!existsSync(step.writes) || !existsSync(stampOf(step))) return true;
  return readFileSync(stampOf(step), 'utf8') !== digest(step.reads);
}

/** Two set-ups at once would build over each other: the second waits for the first. */
async function takeLock() {
  mkdirSync(STAMPS, { recursive: true });
  for (let waited = false; ; waited = true) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!holderIsAlive()) rmSync(LOCK, { force: true });
      else if (!waited) say('waiting for another `npm start` or `npm test` in this folder that is preparing, too');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  process.on('exit', () => rmSync(LOCK, { force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
}

function holderIsAlive() {
  try {
    process.kill(Number(readFileSync(LOCK, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function installPackages() {
  say('installing packages (npm ci), about a minute');
  // npm_node_execpath is the Node that runs npm: process.execPath may be the one in node_modules, which npm removes first.
  const npm = process.env.npm_execpath
    ? [process.env.npm_node_execpath ?? process.execPath, process.env.npm_execpath]
    : ['npm'];
  const args = [
    ...npm.slice(1),
    'ci',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const { status, error } = spawnSync(npm[0], args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) stop(`npm ci failed${error ? ` (${error.message})` : ''}; what it said stands above.`);
}

function runStep(step, node) {
  const since = Date.now();
  const [command, ...args] = step.command;
  const reads = digest(step.reads);
  return new Promise((resolve) => {
    const child = spawn(command === 'node' ? node : `${BIN}/${command}`, args, {
      env: { ...process.env, PATH: `${dirname(node)}:${BIN}:${process.env.PATH}`, ...step.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ step, ok: false, output: error.message }));
    child.on('close', (code) => {
      if (code === 0) {
        writeFileSync(stampOf(step), reads);
        say(`${step.name}: built in ${seconds(since)}`);
      }
      resolve({ step, ok: code === 0, output });
    });
  });
}

async function build(steps, node) {
  say(`building ${steps.map(({ name }) => name).join(', ')}`);
  const results = await Promise.all(steps.map((step) => runStep(step, node)));
  const failed = results.filter(({ ok }) => !ok);
  for (const { step, output } of failed)
    console.error(`\n${output.trim()}\n[prepare] ${step.name}: could not be built; see above.`);
  if (failed.length > 0) process.exit(1);
}

function findChromium() {
  return [process.env.CHROMIUM, ...CHROMIUMS].find((path) => path && existsSync(path));
}

function prepareChromium() {
  if (findChromium()) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    stop(
      'There is no Chromium for the tests in a browser. Install one (Debian: sudo apt-get install chromium), or set CHROMIUM to its path, and run npm test again.',
    );
  }
  say('installing chromium (apt-get), about a minute');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const { status, stderr } = spawnSync('apt-get', ['-qq', ...args], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (status !== 0) stop(`apt-get ${args[0]} failed, so there is no Chromium for the tests in a browser:\n${stderr}`);
  }
}

function prepareMicroPython(node) {
  const { status, stderr } = spawnSync(node, ['scripts/micropython-linux.mjs'], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // The tests on it are skipped, with this reason, where the system cannot have it.
  if (status !== 0) say(stderr.trim());
}

const purpose = process.argv[2] ?? 'start';
const steps = STEPS_OF[purpose];
if (steps === undefined) stop(`What for? One of ${Object.keys(STEPS_OF).join(', ')}.`);
await takeLock();
const mustBuild = () => steps.filter((step) => purpose === 'build' || isStale(step));
if (packagesAreStale(ROOT, { withDev: purpose !== 'start' || mustBuild().length > 0 })) installPackages();
const { node, error } = findNode(ROOT);
if (error) stop(error);
const stale = mustBuild();
if (stale.length > 0) await build(stale, node);
if (purpose === 'test') {
  prepareChromium();
  prepareMicroPython(node);
}
if (Date.now() - startedAt > 1000) say('ready');
