/**
 * The console in a real browser, against the built hub on a free port with a data folder of its own. The hub's set-up
 * link is read from its output into CLOUDMANAGER_SETUP_URL; auth.setup.ts follows it and keeps the signed-in state.
 * Stories share that one hub: each adds boards of its own names. A story that stops the hub starts one itself.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, devices } from '@playwright/test';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ASK_FOR_PORT = "const s=require('net').createServer();s.listen(0,()=>{console.log(s.address().port);s.close()})";

// Workers read this file again and must come to the same answers: the first one leaves them in the environment.
process.env.CLOUDMANAGER_TEST_PORT ??= execFileSync(process.execPath, ['-e', ASK_FOR_PORT]).toString().trim();
process.env.CLOUDMANAGER_TEST_DATA ??= mkdtempSync(join(tmpdir(), 'cloudmanager-e2e-'));
const port = process.env.CLOUDMANAGER_TEST_PORT;
const data = process.env.CLOUDMANAGER_TEST_DATA;

const browsers = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = browsers.find((path) => path && existsSync(path));

/** Root has no sandbox, and a test browser has nobody to report to. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const storageState = join(ROOT, '.cache/auth/owner.json');

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  workers: 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: process.env.CI !== undefined,
  reporter: [['list'], ['json', { outputFile: '../.cache/test/playwright.json' }]],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: { args, ...(executablePath && { executablePath }) },
  },
  projects: [
    { name: 'setup', testMatch: '*.setup.ts' },
    {
      name: 'desktop',
      testIgnore: '*.phone.spec.ts',
      dependencies: ['setup'],
      use: { storageState, viewport: { width: 1280, height: 800 } },
    },
    {
      name: 'phone',
      testMatch: '*.phone.spec.ts',
      dependencies: ['setup'],
      use: { ...devices['Pixel 7'], storageState },
    },
  ],
  webServer: {
    command: `exec node dist/server.mjs --port ${port} --host 127.0.0.1 --data ${data}`,
    cwd: ROOT,
    wait: { stdout: /(?<cloudmanager_setup_url>https?:\/\/\S+\/setup\?token=[\w-]+)/ },
    timeout: 60_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
  },
});
