import { defineConfig } from 'vitest/config';

// A forgotten time zone shows at +05:45; the workers inherit it from here.
process.env.TZ = 'Asia/Kathmandu';

const slow = ['**/*.integration.test.ts'];

export default defineConfig({
  test: {
    // Two cores are what the smallest machine of ours has; more workers only make the timeouts of boards flicker.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{app,bench,cli,emulator,lib,server}/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs'],
          exclude: [...slow, 'emulator/contract/**', '**/node_modules/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['{bench,cli,emulator,server}/**/*.integration.test.ts'],
          testTimeout: 60_000,
        },
      },
      { extends: true, test: { name: 'device', include: ['device/**/*.test.ts'], testTimeout: 120_000 } },
      { extends: true, test: { name: 'contract', include: ['emulator/contract/**/*.test.ts'], testTimeout: 120_000 } },
    ],
  },
});
