import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ensureMicropython } from '../../scripts/micropython-linux.mjs';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
const client = join(here, '..', 'client');
/** Far below what is simulated, far above what a broken loop would give. */
const CUTS_AT_LEAST = 400;

const lineSchema = z.object({ scenario: z.string(), cuts: z.number() });

describe('power cut at every flash operation, LittleFS2 on 32-bit MicroPython', () => {
  let cuts = new Map<string, number>();

  beforeAll(async () => {
    const { path } = await ensureMicropython();
    const args = ['-X', 'heapsize=8m', join(here, 'power_cut.py'), client, here];
    const { stdout } = await run(path, args, { timeout: 110_000 });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => lineSchema.parse(JSON.parse(line)));
    cuts = new Map(lines.map(({ scenario, cuts }) => [scenario, cuts]));
  }, 120_000);

  test.each([
    ['replace_files', 'a file is the old or the new one, and the upload can go on'],
    ['jobs', 'the journal is never lost or behind what it has promised'],
    ['keys', 'a key that the hub accepts is always there'],
    ['boots', 'a boot number is never used twice'],
    ['slots', 'the slot pointer always names a whole client'],
  ])('%s: %s', (scenario) => {
    expect(cuts.get(scenario)).toBeGreaterThan(CUTS_AT_LEAST);
  });

  test('a file written in place does not survive: the cuts find faults', () => {
    expect(cuts.has('control')).toBe(true);
  });
});
