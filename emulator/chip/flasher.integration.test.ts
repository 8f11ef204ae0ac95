import { describe, expect, test, vi } from 'vitest';
import { makeFirmware } from './chip.ts';
import { firmware, flash, plugIn, text, WIFI, withChips } from './flashing.fixture.ts';
import type { OpenOptions } from './serial-port.ts';

withChips();

describe('from the box to on line', () => {
  test('a clean install ends with the board on line, the port closed and the access point off', async () => {
    const chip = await plugIn();
    const { run, hub, stages } = await flash(chip);
    expect(await run.ended).toMatchObject({
      stage: 'online',
      ip: '127.0.0.1',
      board: 'provisioned',
      baud: 460_800,
      notices: [],
      chip: { name: 'ESP8266EX', mac: '5c:cf:7f:11:22:33', flashBytes: 4 << 20 },
      python: { version: '1.27.0', mac: '5c:cf:7f:11:22:33' },
    });
    const expected = ['loading', 'erasing', 'writing', 'verifying', 'starting', 'asking', 'provisioning'];
    expect(stages.slice(0, 8)).toEqual([...expected, 'joining starting']);
    expect(stages.slice(-3)).toEqual(['joining proof', 'joining home', 'online']);
    await hub!.link();
    expect(chip.port.readable).toBe(null);
    expect(chip.wifi()).toMatchObject({ accessPointOn: false, station: WIFI });
    expect(JSON.parse(text(chip, '/cm/cfg.json')).wifi).toEqual([WIFI.ssid, WIFI.password]);
    // The board says so first.
    await vi.waitFor(() => expect(chip.files()?.has('/cm/say')).toBe(false));
  });

  test('a clean install erases the file system and no more', async () => {
    const commands: string[] = [];
    const chip = await plugIn({
      firmware,
      files: new Map([['/old.txt', Buffer.from('old')]]),
      onCommand: (name) => commands.push(name),
    });
    const { run } = await flash(chip);
    expect(await run.ended).toMatchObject({ stage: 'online' });
    expect(chip.files()?.has('/old.txt')).toBe(false);
    expect(commands.filter((name) => /erase/i.test(name))).toEqual([
      // The files of a large variant, those of a small one, and what the SDK remembers.
      'stub:eraseRegion',
      'stub:eraseRegion',
      'stub:eraseRegion',
    ]);
  });

  test('an update keeps the files, and the program of the user goes on', async () => {
    const files = new Map([
      ['/main.py', Buffer.from('print("mine")\n')],
      ['/boot.py', Buffer.from('import webrepl\nwebrepl.start()\n')],
      ['/note.txt', Buffer.from('note')],
    ]);
    const chip = await plugIn({ firmware, files });
    const { run } = await flash(chip, { plan: { intention: 'keep', baud: 115_200 } });
    expect(await run.ended).toMatchObject({ stage: 'online', notices: ['main-kept', 'boot-kept'] });
    expect([text(chip, '/app/main.py'), text(chip, '/note.txt')]).toEqual(['print("mine")\n', 'note']);
    expect(text(chip, '/boot.old.py')).toMatch(/webrepl/);
    expect(text(chip, '/boot.py')).toMatch(/^# Cloudmanager/);
  });

  test.each([
    ['waits at its prompt', new Map()],
    ['runs a program that never ends', new Map([['/main.py', Buffer.from('while True:\n    print("x")\n')]])],
  ])('connects a board that %s, without flashing it', async (_, files) => {
    const commands: string[] = [];
    const chip = await plugIn({ firmware, files, onCommand: (name) => commands.push(name) });
    const { run } = await flash(chip, { plan: { intention: 'connect', baud: 460_800 } });
    expect(await run.ended).toMatchObject({ stage: 'online' });
    expect(commands).toEqual([]);
  });

  test('a board with 1 MB is asked the variant for it, and gets its size into the header', async () => {
    const chip = await plugIn({ flashMb: 1 });
    const { run } = await flash(chip, { image: makeFirmware({ sizeBytes: 120 * 1024, variant: '1M' }) });
    expect(await run.ended).toMatchObject({ stage: 'online', chip: { flashBytes: 1 << 20 } });
    expect((chip.flash.bytes[3] ?? 0) >> 4).toBe(2);
  });

  test('a cable that does not carry the speed is used at 115200, and it is said', async () => {
    const chip = await plugIn();
    const { port } = chip;
    const slow = new Proxy(port, {
      get: (target, name) => {
        if (name === 'open') return (options: OpenOptions) => target.open(garbledAbove(options));
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const { run } = await flash({ ...chip, port: slow });
    expect(await run.ended).toMatchObject({ stage: 'online', baud: 115_200, notices: ['slower'] });
  });
});

/** A receiver at the wrong speed is what a bad cable is to it. */
const garbledAbove = (options: OpenOptions): OpenOptions => ({
  ...options,
  baudRate: options.baudRate > 115_200 ? options.baudRate * 1.3 : options.baudRate,
});
