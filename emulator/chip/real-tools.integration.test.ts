/** Debian's own esptool and mpremote, on the pseudo-terminal: what they do with a board they do with the emulated chip. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { ensureSerialTools } from '../../scripts/serial-tools.mjs';
import { type Chip, type ChipOptions, makeFirmware, startChip } from './chip.ts';
import { offerOnPty } from './pty.ts';

const run = promisify(execFile);
const tools = await ensureSerialTools();
const why = tools.reason ?? 'they are here';
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function plugIn(options: ChipOptions) {
  const chip = await startChip(options);
  cleanups.push(() => chip.stop());
  const { path, stop } = await offerOnPty(chip.cable);
  cleanups.push(stop);
  const folder = await mkdtemp(join(tmpdir(), 'cm-chip-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return { chip, path, folder };
}

describe.skipIf(tools.reason !== undefined)(`esptool and mpremote (${why})`, () => {
  const paths = tools.reason === undefined ? tools : { esptool: '', mpremote: '' };

  /**
   * A pseudo-terminal has no reset lines: somebody holds FLASH and presses RST first. The chip is named, because esptool's own search
   * takes the repeated refusal of its first question for the answer to the next one when no reset lies between them.
   */
  async function esptool(chip: Chip, path: string, ...args: string[]): Promise<string> {
    chip.pressReset({ holdFlash: true });
    const resets = ['--before', 'no_reset', '--after', 'no_reset'];
    const { stdout } = await run(paths.esptool, ['--chip', 'esp8266', '--port', path, ...resets, ...args]);
    return stdout;
  }

  async function mpremote(path: string, ...args: string[]): Promise<string> {
    const { stdout } = await run(paths.mpremote, ['connect', path, ...args]);
    return stdout;
  }

  test.each([
    [1, '1MB'],
    [2, '2MB'],
    [4, '4MB'],
  ] as const)('esptool flash_id of %d MB', async (flashMb, size) => {
    const { chip, path } = await plugIn({ flashMb });
    const said = await esptool(chip, path, 'flash_id');
    expect(said).toMatch('Chip is ESP8266EX');
    expect(said).toMatch('MAC: 5c:cf:7f:11:22:33');
    expect(said).toMatch('Crystal is 26MHz');
    expect(said).toMatch('Manufacturer: ef');
    expect(said).toMatch(`Detected flash size: ${size}`);
  });

  test('esptool write_flash, verify_flash, read_flash, erase_flash', async () => {
    const { chip, path, folder } = await plugIn({});
    const [image, copy] = [join(folder, 'firmware.bin'), join(folder, 'copy.bin')];
    const firmware = makeFirmware();
    await writeFile(image, firmware);
    const flags = ['--baud', '460800', 'write_flash', '--flash_size', 'detect', '0x0', image];
    expect(await esptool(chip, path, ...flags)).toMatch('Hash of data verified.');
    expect(await esptool(chip, path, 'verify_flash', '0x0', image)).toMatch('verify OK');
    await esptool(chip, path, '--baud', '921600', 'read_flash', '0x0', String(firmware.length), copy);
    expect((await readFile(copy)).equals(firmware)).toBe(true);
    expect(await esptool(chip, path, 'erase_flash')).toMatch('Chip erase completed successfully');
    expect(chip.flash.bytes.every((byte) => byte === 0xff)).toBe(true);
  });

  test('esptool without a stub writes by the ROM alone', async () => {
    const { chip, path, folder } = await plugIn({});
    const image = join(folder, 'firmware.bin');
    await writeFile(image, makeFirmware({ sizeBytes: 100 * 1024 }));
    await esptool(chip, path, '--no-stub', 'write_flash', '0x0', image);
    expect((await readFile(image)).equals(chip.flash.read(0, 100 * 1024))).toBe(true);
  });

  test('mpremote ls, cp, exec, and the file is there after a reset', async () => {
    const { chip, path, folder } = await plugIn({ firmware: makeFirmware() });
    const file = join(folder, 'note.py');
    await writeFile(file, `${'# a line of forty characters, no more\n'.repeat(100)}print('from note')\n`);
    await mpremote(path, 'cp', file, ':note.py');
    expect(await mpremote(path, 'ls')).toMatch(/3819 note\.py/);
    chip.pressReset();
    expect(await mpremote(path, 'exec', 'import note')).toMatch('from note');
    await mpremote(path, 'cp', ':note.py', join(folder, 'back.py'));
    expect(await readFile(join(folder, 'back.py'))).toEqual(await readFile(file));
  });

  test('mpremote stops a main.py that loops for ever', async () => {
    const files = new Map([['/main.py', Buffer.from('while True: pass\n')]]);
    const { path } = await plugIn({ firmware: makeFirmware(), files });
    expect(await mpremote(path, 'exec', 'print(6 * 7)')).toMatch('42');
  });
});
