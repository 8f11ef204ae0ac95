/**
 * An emulated chip on a pseudo-terminal, in a process of its own: its name is the first line of stdout, for esptool, mpremote or
 * `mbm board-flash`. A line on stdin presses the buttons, `reset` or `flash` (RST with FLASH held); the end of stdin unplugs it.
 * Read chip/chip.ts next.
 */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { makeFirmware, startChip } from './chip/chip.ts';
import { offerOnPty } from './chip/pty.ts';

const { values } = parseArgs({
  options: {
    'flash-mb': { type: 'string', default: '4' },
    /** A file, or `made`: already in flash. */
    firmware: { type: 'string' },
    ssid: { type: 'string' },
    password: { type: 'string', default: '' },
    /** Baud rates and flash take their time. */
    real: { type: 'boolean', default: false },
  },
});
const flashMb = z.union([z.literal(1), z.literal(2), z.literal(4)]).parse(Number(values['flash-mb']));
const time = values.real ? 'real' : 'none';
const firmware = values.firmware === 'made' ? makeFirmware() : values.firmware && (await readFile(values.firmware));
const chip = await startChip({
  flashMb,
  uartTime: time,
  flashTime: time,
  networks: values.ssid === undefined ? [] : [{ ssid: values.ssid, password: values.password }],
  log: (message) => console.error(message),
  ...(firmware ? { firmware } : {}),
});
const pty = await offerOnPty(chip.cable);
process.stdout.write(`${pty.path}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'reset' || line === 'flash') chip.pressReset({ holdFlash: line === 'flash' });
  else console.error(`No button is called ${JSON.stringify(line)}: reset, flash.`);
  process.stdout.write(`${line}\n`);
}
await pty.stop();
await chip.stop();
