// `npm run check`: everything that can be said of the code without running it. Each check counts as one test.
import { spawn } from 'node:child_process';
import { ROOT } from './tree.mjs';

const BIN = `${ROOT}/node_modules/.bin`;

// The slow ones first: two run at a time.
const CHECKS = [
  { name: 'types', command: 'tsc', args: ['--noEmit', '--pretty', 'false'] },
  { name: 'dead code', command: 'knip', args: ['--no-progress'] },
  { name: 'device', command: 'node', args: ['scripts/check-device.mjs'] },
  {
    name: 'format and lint',
    command: 'biome',
    args: ['check', '--error-on-warnings', '--diagnostic-level=warn', '--max-diagnostics=100'],
  },
  { name: 'imports', command: 'npm', args: ['run', '--silent', 'check:deps'] },
  { name: 'structure', command: 'node', args: ['scripts/check-structure.mjs'] },
  { name: 'documentation', command: 'node', args: ['scripts/check-docs.mjs'] },
];
const AT_A_TIME = 2;

function runCheck({ command, args }) {
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, PATH: `${BIN}:${process.env.PATH}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ ok: false, output: error.message, seconds: 0 }));
    child.on('close', (code) => resolve({ ok: code === 0, output, seconds: (performance.now() - started) / 1000 }));
  });
}

async function runAll(checks) {
  const queue = [...checks];
  let passed = 0;
  const worker = async () => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
      const { ok, output, seconds } = await runCheck(check);
      if (ok) passed += 1;
      console.log(`${ok ? 'ok    ' : 'FAILED'} ${check.name.padEnd(16)} ${seconds.toFixed(1)} s`);
      const worthReading = ok
        ? output.split('\n').filter((line) => line.startsWith('warning'))
        : output.trim().split('\n');
      for (const line of worthReading) console.log(`       ${line}`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return passed;
}

const names = process.argv.slice(2);
const chosen = names.length === 0 ? CHECKS : CHECKS.filter(({ name }) => names.includes(name));
const passed = await runAll(chosen);
const failed = chosen.length - passed;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && chosen.length > 0 ? 0 : 1;
