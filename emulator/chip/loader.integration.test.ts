import { afterEach, expect, test } from 'vitest';
import { type Chip, type ChipOptions, makeFirmware, startChip } from './chip.ts';
import { connectTool, md5, writeImage } from './chip-tools.fixture.ts';

const chips: Chip[] = [];

afterEach(async () => {
  for (const chip of chips.splice(0)) await chip.stop();
});

async function plugIn(options: ChipOptions = {}): Promise<Chip> {
  const chip = await startChip(options);
  chips.push(chip);
  return chip;
}

test.each([
  [1, '1MB'],
  [2, '2MB'],
  [4, '4MB'],
] as const)('esptool-js knows the chip, its address and %d MB of flash', async (flashMb, size) => {
  const chip = await plugIn({ flashMb });
  const { loader, chip: name, transport } = await connectTool(chip.port);
  expect(name).toBe('ESP8266EX');
  expect(await loader.chip.readMac(loader)).toBe('5c:cf:7f:11:22:33');
  expect(await loader.chip.getCrystalFreq(loader)).toBe(26);
  expect(await loader.detectFlashSize()).toBe(size);
  await transport.disconnect();
  expect(chip.port.readable).toBeNull();
});

test('a compressed image is written with the real flash size in its header, and its MD5 agrees', async () => {
  const commands: string[] = [];
  const chip = await plugIn({ flashMb: 2, onCommand: (name) => commands.push(name) });
  const { loader } = await connectTool(chip.port, 460_800);
  const image = makeFirmware();
  await writeImage(loader, image);
  expect(Buffer.from(chip.flash.read(4, image.length - 4)).equals(image.subarray(4))).toBe(true);
  expect(chip.flash.bytes[3]).toBe(0x30);
  expect(commands).toContain('stub:changeBaudrate');
  // 600 KB from a block's start: nine blocks, then sectors, and each page once.
  expect(chip.flashBusyMs).toBeGreaterThan(9 * 150 + ((600 * 1024) / 256) * 0.7);
});

test('flash is read back as it was written', async () => {
  const chip = await plugIn();
  const { loader } = await connectTool(chip.port);
  const bytes = Uint8Array.from({ length: 20_000 }, (_, index) => (index * 7) & 0xff);
  chip.flash.program(0x200000, bytes);
  const read = await loader.readFlash(0x200000, 20_000);
  expect(Buffer.from(read).equals(bytes)).toBe(true);
  expect(await loader.flashMd5sum(0x200000, 20_000)).toBe(md5(bytes));
});

test('erasing takes what it is told to, and no more', async () => {
  const chip = await plugIn();
  chip.flash.program(0, new Uint8Array(3 * 4096));
  const { loader } = await connectTool(chip.port);
  await loader.checkCommand('erase region', 0xd1, Uint8Array.from([0, 0x10, 0, 0, 0, 0x10, 0, 0]));
  expect([...chip.flash.bytes.subarray(0x0fff, 0x1001)]).toEqual([0, 0xff]);
  expect([...chip.flash.bytes.subarray(0x1fff, 0x2001)]).toEqual([0xff, 0]);
  await loader.eraseFlash();
  expect(chip.flash.bytes.every((byte) => byte === 0xff)).toBe(true);
});

test('a bad cell of flash: the MD5 does not agree', async () => {
  const chip = await plugIn({ badCells: [0x12345] });
  const { loader } = await connectTool(chip.port);
  await expect(writeImage(loader, makeFirmware({ sizeBytes: 100 * 1024 }))).rejects.toThrow(/MD5/);
});

test('the wrong chip says what it is', async () => {
  const chip = await plugIn({ kind: 'esp32' });
  const { loader } = await connectTool(chip.port);
  expect(loader.chip.CHIP_NAME).toBe('ESP32');
});

test('without auto-reset nobody answers, until somebody has held FLASH and pressed RST', async () => {
  const chip = await plugIn({ hasAutoReset: false });
  await expect(connectTool(chip.port)).rejects.toThrow(/Failed to connect/);
  await chip.port.close().catch(() => undefined);
  const again = await plugIn({ hasAutoReset: false });
  again.pressReset({ holdFlash: true });
  const { chip: name } = await connectTool(again.port);
  expect(name).toBe('ESP8266EX');
}, 30_000);

test('unplugged in the middle of a write: reading fails with NetworkError and disconnect is told at once', async () => {
  let blocks = 0;
  const chip = await plugIn({
    onCommand: (name) => {
      if (name === 'stub:flashDeflData' && ++blocks === 3) queueMicrotask(() => chip.unplug());
    },
  });
  const disconnected = new Promise((resolve) => chip.port.addEventListener('disconnect', resolve, { once: true }));
  const { loader } = await connectTool(chip.port);
  const writing = writeImage(loader, makeFirmware()).catch((error: unknown) => error);
  await disconnected;
  expect(chip.port.readable).toBeNull();
  await expect(chip.port.open({ baudRate: 115_200 })).rejects.toThrow(/Failed to open/);
  chip.plug();
  const second = await connectTool(chip.port);
  await writeImage(second.loader, makeFirmware());
  expect(await writing).toBeInstanceOf(Error);
}, 40_000);
