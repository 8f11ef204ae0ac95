import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildClient, clientFolder, loadClient } from '../tools/build.ts';
import { measureRam, RESIDENT_MAX_BYTES } from '../tools/ram.ts';

test('two builds of the same sources are the same bytes under the same version', async () => {
  const first = await buildClient();
  const second = await buildClient();
  expect(second).toEqual(first);
  expect(await loadClient()).toEqual(first);
  expect(first.version).toMatch(/^\d+\.\d+\.\d+\+[0-9a-f]{8}$/);
});

test('the manifest names every file with its hash, bytecode for 1.19 to today', async () => {
  const { version, files } = await loadClient();
  const manifest = JSON.parse(await readFile(join(clientFolder, 'manifest.json'), 'utf8'));
  expect(manifest.version).toBe(version);
  expect(manifest.files).toEqual(
    files.map(({ path, content }) => ({
      name: path,
      sha256: createHash('sha256').update(content).digest('hex'),
      bytes: content.length,
    })),
  );
  for (const { path, content } of files.filter(({ path }) => path.endsWith('.mpy'))) {
    // 'M', version 6, no features and no architecture, small integers of 31 bits.
    expect([path, ...content.slice(0, 4)]).toEqual([path, 0x4d, 6, 0, 31]);
  }
});

test('the compiler leaves fetch and the process as they were', async () => {
  const before = [globalThis.fetch, process.listenerCount('uncaughtException')];
  await buildClient();
  expect([globalThis.fetch, process.listenerCount('uncaughtException')]).toEqual(before);
});

test('the resident client stays within its heap budget', async ({ skip }) => {
  const { bits, residentBytes } = await measureRam();
  skip(bits !== 32, 'needs the 32-bit MicroPython: sizes on this machine say nothing about a board');
  expect(residentBytes).toBeLessThanOrEqual(RESIDENT_MAX_BYTES);
});
