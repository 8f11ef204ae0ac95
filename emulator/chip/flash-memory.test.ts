import { expect, test } from 'vitest';
import { FlashMemory } from './flash-memory.ts';
import { sectorsErasedByRom } from './rom-commands.ts';
import { FLASH_TIMES } from './timing.ts';

test('programming clears bits and only erasing sets them', () => {
  const flash = new FlashMemory(1);
  flash.program(0, Uint8Array.of(0xf0));
  flash.program(0, Uint8Array.of(0x3c));
  expect(flash.bytes[0]).toBe(0x30);
  flash.eraseSector(0);
  expect(flash.bytes[0]).toBe(0xff);
});

test('a worn cell comes back wrong', () => {
  const flash = new FlashMemory(1);
  flash.wearOut(1);
  flash.program(0, Uint8Array.of(7, 7, 7));
  expect([...flash.read(0, 3)]).toEqual([7, 6, 7]);
});

test('a run of sectors is erased by blocks where whole ones lie in it', () => {
  const flash = new FlashMemory(1);
  flash.bytes.fill(0);
  expect(flash.eraseSectors(15, 1 + 16 + 2)).toBe(3 * FLASH_TIMES.eraseSectorMs + FLASH_TIMES.eraseBlockMs);
  expect([flash.bytes[15 * 4096 - 1], flash.bytes[15 * 4096]]).toEqual([0, 0xff]);
  expect([flash.bytes[34 * 4096 - 1], flash.bytes[34 * 4096]]).toEqual([0xff, 0]);
});

test('a page that is touched costs a page', () => {
  const flash = new FlashMemory(1);
  expect(flash.program(255, Uint8Array.of(1, 2))).toBe(2 * FLASH_TIMES.programPageMs);
  expect(flash.program(0, new Uint8Array())).toBe(0);
});

test('the whole chip takes longer the larger it is', () => {
  expect(new FlashMemory(4).eraseChip()).toBe(10_000);
  expect(new FlashMemory(1).eraseChip()).toBe(2_500);
});

test('esptool asks the ROM for fewer sectors, and gets those that it needs', () => {
  // esptool's workaround: fewer than two heads' worth are halved, more lose one head.
  const asked = (first: number, needed: number) => {
    const head = Math.min(needed, 16 - (first % 16));
    return needed < 2 * head ? Math.ceil(needed / 2) : needed - head;
  };
  for (const first of [0, 5, 15]) {
    for (const needed of [1, 2, 17, 40, 200]) {
      const erased = sectorsErasedByRom(first, asked(first, needed));
      expect(erased - needed).toBeGreaterThanOrEqual(0);
      expect(erased - needed).toBeLessThanOrEqual(1);
    }
  }
});
