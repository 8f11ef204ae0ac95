// `npm test`: the checks, the tests of the code and the stories in a browser, in this order, each printed as it goes.
// The last line adds them up: `N passed, N failed`, with `, N skipped` where the machine cannot do something.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isMain, ROOT } from './tree.mjs';

const RESULTS = `${ROOT}/.cache/test`;
const MINUTE_MS = 60_000;

const STAGES = [
  {
    name: 'checks',
    command: ['node', 'scripts/check.mjs'],
    atMostMs: 5 * MINUTE_MS,
    count: async (output) => countLastLine(output),
  },
  {
    name: 'unit, integration, device and contract tests',
    command: ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}/vitest.json`],
    atMostMs: 25 * MINUTE_MS,
    count: async () => countVitest(JSON.parse(await readFile(`${RESULTS}/vitest.json`, 'utf8'))),
  },
  {
    name: 'stories in a browser',
    command: ['playwright', 'test', '--config', 'playwright'],
    atMostMs: 15 * MINUTE_MS,
    count: async () => countPlaywright(JSON.parse(await readFile(`${RESULTS}/playwright.json`, 'utf8'))),
  },
];

export function countLastLine(output) {
  const [, passed, failed] = /(\d+) passed, (\d+) failed\s*$/.exec(output) ?? [];
  if (passed === undefined) throw new Error('no last line `N passed, N failed`');
  return { passed: Number(passed), failed: Number(failed), skipped: 0 };
}

/** A file that could not be loaded has no failed test in it, but has failed. */
export function countVitest(results) {
  const unloadable = results.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  );
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + unloadable.length,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

/** A test that passed only when tried again counts as failed. */
export function countPlaywright({ stats, errors }) {
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length, skipped: stats.skipped };
}

/** What a stage has to say, and at least one failure where it ended badly without saying so. */
export function settle(counts, { ok, problem }) {
  if (ok && counts.failed === 0) return counts;
  if (problem) console.error(`FAILED: ${problem}`);
  return { ...counts, failed: Math.max(1, counts.failed) };
}

async function runStage({ name, command: [command, ...args], atMostMs, count }) {
  console.log(`\n== ${name}`);
  const { ok, output, problem } = await run(command, args, atMostMs);
  try {
    return settle(await count(output), { ok, problem });
  } catch (error) {
    const nothing = { passed: 0, failed: 0, skipped: 0 };
    return settle(nothing, { ok: false, problem: problem ?? `${name}: the results cannot be read: ${error.message}` });
  }
}

function run(command, args, atMostMs) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, PATH: `${ROOT}/node_modules/.bin:${process.env.PATH}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    let problem;
    child.stdout.on('data', (chunk) => {
      output += chunk;
      process.stdout.write(chunk);
    });
    const timer = setTimeout(() => {
      problem = `${command} did not end within ${atMostMs / MINUTE_MS} minutes and was stopped`;
      child.kill('SIGKILL');
    }, atMostMs);
    child.on('error', (error) => {
      problem = error.message;
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ ok: code === 0, output, problem });
    });
  });
}

async function runAll() {
  rmSync(RESULTS, { recursive: true, force: true });
  mkdirSync(RESULTS, { recursive: true });
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const stage of STAGES) {
    const counts = await runStage(stage);
    for (const key of Object.keys(totals)) totals[key] += counts[key];
  }
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
  console.log(`\n${totals.passed} passed, ${totals.failed} failed${skipped}`);
  process.exitCode = totals.failed === 0 ? 0 : 1;
}

if (isMain(import.meta.url)) await runAll();
