import { isAbsolute } from 'node:path';
import { expect, test } from 'vitest';
import { resolveDataDir, usualDataDir } from './data-dir.ts';

test('an option wins over the variable, the variable over the usual place', () => {
  expect(resolveDataDir('/a', { CLOUDMANAGER_DATA: '/b' })).toBe('/a');
  expect(resolveDataDir(undefined, { CLOUDMANAGER_DATA: '/b' })).toBe('/b');
  expect(resolveDataDir(undefined, { XDG_DATA_HOME: '/x' })).toBe(usualDataDir({ XDG_DATA_HOME: '/x' }));
});

test('a relative folder becomes absolute, since the daemon has another working folder', () => {
  expect(isAbsolute(resolveDataDir('data', {}))).toBe(true);
});

test('each platform has its own place', () => {
  expect(usualDataDir({}, 'linux', '/home/ada')).toBe('/home/ada/.local/share/cloudmanager');
  expect(usualDataDir({ XDG_DATA_HOME: '' }, 'linux', '/home/ada')).toBe('/home/ada/.local/share/cloudmanager');
  expect(usualDataDir({ XDG_DATA_HOME: '/data' }, 'linux', '/home/ada')).toBe('/data/cloudmanager');
  expect(usualDataDir({}, 'darwin', '/Users/ada')).toBe('/Users/ada/Library/Application Support/Cloudmanager');
});
