import { describe, expect, test } from 'vitest';
import type { FailureCode } from '#lib/flasher/failures.ts';
import type { BoardCondition } from '#lib/flasher/flash-state.ts';
import { type ChipOptions, makeFirmware } from './chip.ts';
import { atStage, clean, failed, firmware, flash, plugIn, withChips } from './flashing.fixture.ts';

withChips();

describe('what does not work is told, and the port is closed', () => {
  test.each<[FailureCode, BoardCondition, ChipOptions]>([
    ['wrong_chip', 'untouched', { kind: 'esp32' }],
    ['no_bootloader', 'untouched', { hasAutoReset: false }],
    ['flash_defective', 'half-written', { badCells: [0x9100] }],
    ['no_start', 'micropython', { isSilent: true }],
  ])('%s, the board is %s', async (code, board, options) => {
    const chip = await plugIn(options);
    const { run } = await flash(chip);
    expect(await failed(run)).toMatchObject({ code, board });
    expect(chip.port.readable).toBe(null);
  });

  test('a port that another program uses', async () => {
    const chip = await plugIn();
    chip.port.isBusy = true;
    const { run } = await flash(chip);
    expect(await failed(run)).toMatchObject({ code: 'port_busy', board: 'untouched', during: 'connecting' });
  });

  test('no MicroPython to connect', async () => {
    const chip = await plugIn();
    const { run } = await flash(chip, { plan: { intention: 'connect', baud: 115_200 } });
    expect(await failed(run)).toMatchObject({ code: 'no_micropython', board: 'untouched' });
  });

  test.each<[FailureCode, string, Uint8Array, ChipOptions]>([
    ['image_refused', 'text', Buffer.from('<!doctype html>'.repeat(9000)), {}],
    ['image_refused', 'half a firmware', firmware.subarray(0, 100_000), {}],
    ['image_too_large', 'the large variant', makeFirmware({ sizeBytes: 700 * 1024 }), { flashMb: 1 }],
  ])('%s: %s is refused before anything is erased', async (code, _, image, options) => {
    const chip = await plugIn(options);
    const { run } = await flash(chip, { image });
    expect(await failed(run)).toMatchObject({ code, board: 'in-loader', during: 'loading' });
    expect(chip.flash.bytes.every((byte) => byte === 0xff)).toBe(true);
  });

  test('a board that starts in one flash mode only is on line with that one', async () => {
    const chip = await plugIn({ flashModes: ['dout'] });
    const first = await flash(chip);
    const before = await failed(first.run);
    expect(before).toMatchObject({ code: 'no_start' });
    const second = await flash(chip, { plan: { ...clean, flashMode: 'dout' }, before });
    expect(await second.run.ended).toMatchObject({ stage: 'online' });
    expect(chip.flash.bytes[2]).toBe(3);
  });
});

describe('the cable is pulled out', () => {
  test.each(['writing', 'starting', 'provisioning'])(
    'while %s: noticed at once, and a second try succeeds',
    async (stage) => {
      const chip = await plugIn();
      const first = await flash(chip);
      let unpluggedAt = 0;
      atStage(first.run, stage, () => {
        unpluggedAt = performance.now();
        chip.unplug();
      });
      const before = await failed(first.run);
      expect(before).toMatchObject({ code: 'unplugged', during: stage });
      expect(performance.now() - unpluggedAt).toBeLessThan(1000);
      chip.plug();
      const second = await flash(chip, { before });
      expect(await second.run.ended).toMatchObject({ stage: 'online' });
    },
  );
});

describe('cancelled', () => {
  test.each<[string, BoardCondition]>([
    ['loading', 'in-loader'],
    ['writing', 'half-written'],
    ['verifying', 'half-written'],
    ['starting', 'micropython'],
    ['provisioning', 'micropython'],
    ['joining', 'provisioned'],
  ])('while %s: the port is closed and the board is %s', async (stage, board) => {
    const chip = await plugIn();
    const { run } = await flash(chip);
    atStage(run, stage, () => run.cancel());
    expect(await run.ended).toMatchObject({ stage: 'cancelled', board, during: stage });
    expect(chip.port.readable).toBe(null);
  });

  test('before anything was done', async () => {
    const chip = await plugIn();
    const { run } = await flash(chip);
    run.cancel();
    expect(await run.ended).toMatchObject({ stage: 'cancelled', board: 'untouched' });
    expect(chip.port.readable).toBe(null);
  });
});
