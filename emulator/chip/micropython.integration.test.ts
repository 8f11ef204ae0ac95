import { afterEach, expect, test } from 'vitest';
import { type Chip, type ChipOptions, makeFirmware, startChip } from './chip.ts';
import { connectTool, pulseReset, Terminal, writeImage } from './chip-tools.fixture.ts';

const chips: Chip[] = [];

afterEach(async () => {
  for (const chip of chips.splice(0)) await chip.stop();
});

async function plugIn(options: ChipOptions = {}): Promise<Chip> {
  const chip = await startChip({ firmware: makeFirmware(), ...options });
  chips.push(chip);
  return chip;
}

async function prompt(chip: Chip): Promise<Terminal> {
  const terminal = await Terminal.open(chip.port);
  await pulseReset(chip);
  await terminal.until('>>> ');
  return terminal;
}

const fileOf = (text: string): Map<string, Uint8Array> => new Map([['/main.py', Buffer.from(text)]]);

test('the boot log is text at 74880 baud and noise at 115200', async () => {
  const chip = await plugIn({ firmware: new Uint8Array() });
  const terminal = await Terminal.open(chip.port, 74_880);
  await pulseReset(chip);
  await terminal.until('rst cause:2, boot mode:(3,6)');
  await terminal.until('ets_main.c');
  await terminal.close();
  const deaf = await Terminal.open(chip.port, 115_200);
  await pulseReset(chip);
  await deaf.until(/[\s\S]{20}/);
  expect(deaf.text).not.toMatch(/rst cause/);
});

test('a fresh firmware sets up its file system and shows the prompt', async () => {
  const chip = await plugIn();
  const terminal = await Terminal.open(chip.port);
  await pulseReset(chip);
  const said = await terminal.until('>>> ');
  expect(said).toMatch(/MicroPython v1\.\d+/);
  await terminal.type("import os, esp; print(os.listdir('/'), esp.flash_size(), os.statvfs('/')[2])\r");
  await terminal.until("['boot.py'] 4194304 763");
  expect(chip.wifi().accessPointOn).toBe(true);
});

test('raw paste: windows of 128, one more for each that was read, and the end is acknowledged', async () => {
  const chip = await plugIn();
  const terminal = await prompt(chip);
  await terminal.type('\r\x01');
  await terminal.until('raw REPL; CTRL-B to exit\r\n>');
  await terminal.type('\x05A\x01');
  await terminal.until('R\x01\x80\x00\x01');
  const code = `print(len('${'x'.repeat(120)}'))\n`;
  await terminal.type(code.slice(0, 128));
  await terminal.until('\x01');
  await terminal.type(`${code.slice(128)}\x04`);
  await terminal.until('\x04120\r\n\x04\x04>');
});

test('what comes while a program does not read is kept up to 256 bytes, and lost beyond', async () => {
  const chip = await plugIn();
  const terminal = await prompt(chip);
  await terminal.type('\r\x01');
  await terminal.until('raw REPL; CTRL-B to exit\r\n>');
  const program = [
    'import sys, time',
    "print('busy')",
    'time.sleep_ms(500)',
    "print('got', len(sys.stdin.read(256)))",
    "print('then', sys.stdin.read(1))",
  ];
  await terminal.type(`${program.join('\n')}\n\x04`);
  await terminal.until('busy');
  await terminal.type('x'.repeat(300));
  await terminal.until('got 256');
  await terminal.type('A');
  await terminal.until('then A');
});

test('files live in flash: kept by an update of the firmware, lost when their first sector is erased', async () => {
  const chip = await plugIn();
  let terminal = await prompt(chip);
  await terminal.type("f = open('note.txt', 'w'); f.write('still here'); f.close()\r");
  await terminal.until('10\r\n');
  await terminal.until('>>> ');
  await terminal.close();
  const { loader, transport } = await connectTool(chip.port);
  await writeImage(loader, makeFirmware({ version: 'v1.29.0 on 2026-10-10' }));
  await transport.disconnect();
  terminal = await prompt(chip);
  await terminal.type("print(open('note.txt').read())\r");
  await terminal.until('still here');
  await terminal.close();
  const again = await connectTool(chip.port);
  await again.loader.checkCommand('erase region', 0xd1, Uint8Array.from([0, 0, 0x10, 0, 0, 0x10, 0, 0]));
  await again.transport.disconnect();
  terminal = await prompt(chip);
  expect([...(chip.files()?.keys() ?? [])]).toEqual(['/boot.py']);
});

test('a file system written over is corrupt, and the board says so', async () => {
  const chip = await plugIn({ files: fileOf('pass') });
  chip.flash.program(0x100010, new Uint8Array(16));
  const terminal = await Terminal.open(chip.port);
  await pulseReset(chip);
  await terminal.until('looks corrupt');
});

test('the variant for 2 MB finds no room for files on a chip of 1 MB', async () => {
  const chip = await plugIn({ flashMb: 1 });
  const terminal = await Terminal.open(chip.port);
  await pulseReset(chip);
  await terminal.until('EIO');
});

test('firmware in the wrong flash mode does not start, and the loader still does', async () => {
  const chip = await plugIn({ flashModes: ['dout'] });
  const terminal = await Terminal.open(chip.port, 74_880);
  await pulseReset(chip);
  await terminal.until('Fatal exception');
  expect(chip.state).toBe('nothing');
});

test('a main.py that loops for ever: Ctrl-C gets the prompt back', async () => {
  const chip = await plugIn({ files: fileOf('print("round")\nwhile True: pass\n') });
  const terminal = await Terminal.open(chip.port);
  await pulseReset(chip);
  await terminal.until('round');
  await terminal.type('\x03');
  await terminal.until('KeyboardInterrupt');
  await terminal.until('>>> ');
});

test('a silent REPL says nothing, and unplugging ends the reading', async () => {
  const chip = await plugIn({ isSilent: true });
  const terminal = await Terminal.open(chip.port);
  await pulseReset(chip);
  await terminal.type('\r\x03\r\x01print(1)\x04');
  chip.unplug();
  expect(await terminal.ended).toMatchObject({ name: 'NetworkError' });
  expect(terminal.text).not.toMatch(/MicroPython|raw REPL/);
});

const HOME = { ssid: 'Café "1"', password: 'correct horse' };
test.each([
  ['the right password', HOME, 5],
  ['a wrong password', { ...HOME, password: 'wrong horse' }, 2],
  ['a network that is not there', { ...HOME, ssid: 'elsewhere' }, 3],
  ['a network that gives no address', { ssid: 'mute', password: '' }, 1],
])('Wi-Fi: %s', async (_, { ssid, password }, status) => {
  const chip = await plugIn({ networks: [HOME, { ssid: 'mute', password: '', givesAddress: false }] });
  const terminal = await prompt(chip);
  await terminal.type('import network; w = network.WLAN(0); w.active(True)\r');
  await terminal.until('>>> ');
  await terminal.type('\x05');
  await terminal.type(`w.connect(${JSON.stringify(ssid).replace('é', '\\xe9')}, '${password}')\x04`);
  await terminal.until('>>> ');
  await terminal.type('print(w.status(), w.isconnected())\r');
  await terminal.until(`${status} ${status === 5 ? 'True' : 'False'}`);
  expect(chip.wifi()).toMatchObject({ stationOn: true, station: { ssid, password } });
});
