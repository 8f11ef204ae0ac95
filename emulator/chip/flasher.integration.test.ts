import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { FailureCode } from '#lib/flasher/failures.ts';
import type { BoardCondition, FlashPlan, FlashState } from '#lib/flasher/flash-state.ts';
import { type FlashRun, startFlash } from '#lib/flasher/flasher.ts';
import type { Wifi } from '#lib/provision/files.ts';
import { loadClient } from '../../device/tools/build.ts';
import type { WifiNetwork } from '../board/wifi.ts';
import { startTestHub } from '../contract/test-hub.ts';
import { buildVm } from '../vm/build.ts';
import { type Chip, type ChipOptions, makeFirmware, startChip } from './chip.ts';
import type { OpenOptions } from './serial-port.ts';

const identity = { boardId: Buffer.alloc(16, 1), key: Buffer.alloc(32, 2), epoch: 1 };
const WIFI: Wifi = { ssid: 'Küche "2" \'x\'', password: 'correct horse 🐎' };
const networks = [WIFI];
const firmware = makeFirmware({ sizeBytes: 120 * 1024 });
const clean: FlashPlan = { intention: 'clean', baud: 460_800 };
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(() => buildVm());
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function plugIn(options: ChipOptions = {}): Promise<Chip> {
  const chip = await startChip({ networks, ...options });
  cleanups.push(() => chip.stop());
  return chip;
}

interface Wish {
  readonly plan?: FlashPlan;
  readonly wifi?: Wifi;
  readonly hubUrl?: string;
  readonly image?: Uint8Array;
  readonly before?: FlashState;
}

async function flash(chip: Chip, { plan = clean, wifi = WIFI, hubUrl, image = firmware, before }: Wish = {}) {
  const { files: client } = await loadClient();
  const hub = hubUrl ? undefined : await startTestHub(identity);
  // Boards that run would dial again.
  if (hub) cleanups.unshift(() => hub.stop());
  const run = startFlash(
    {
      port: chip.port,
      plan,
      firmware: async () => image,
      provision: async () => ({ ...identity, hubUrls: [hubUrl ?? hub!.url], wifi, client }),
    },
    before,
  );
  const stages: string[] = [];
  run.subscribe((state) => {
    const name = state.stage === 'joining' ? `${state.stage} ${state.step}` : state.stage;
    if (stages.at(-1) !== name) stages.push(name);
  });
  return { run, hub, stages };
}

const failed = async (run: FlashRun) => {
  const state = await run.ended;
  if (state.stage !== 'failed') expect.fail(`It ended as ${JSON.stringify(state)}`);
  return state;
};

const text = (chip: Chip, path: string): string => Buffer.from(chip.files()?.get(path) ?? []).toString();

/** Ends the run when it comes to `stage`. */
function atStage(run: FlashRun, stage: string, act: () => void): void {
  const stop = run.subscribe((state) => {
    if (state.stage !== stage) return;
    stop();
    act();
  });
}

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

describe('on the way to the hub', () => {
  const connect: FlashPlan = { intention: 'connect', baud: 115_200 };
  const runs = { firmware, files: new Map(), joinMs: 200 };

  test.each<[FailureCode, Wifi, WifiNetwork[]]>([
    ['wifi_wrong_password', { ...WIFI, password: 'something else' }, networks],
    ['wifi_not_found', { ...WIFI, ssid: 'elsewhere' }, networks],
    ['wifi_no_address', WIFI, [{ ...WIFI, givesAddress: false }]],
  ])('%s: and with the right network it is on line', async (code, wifi, air) => {
    const chip = await plugIn({ ...runs, networks: air });
    const first = await flash(chip, { plan: connect, wifi });
    const before = await failed(first.run);
    expect(before).toMatchObject({ code, board: 'provisioned', during: 'joining' });
    chip.setNetworks(networks);
    chip.pressReset();
    const second = await flash(chip, { plan: clean, before });
    const totals = new Set<number>();
    second.run.subscribe((state) => state.stage === 'provisioning' && totals.add(state.transfer.totalBytes));
    expect(await second.run.ended).toMatchObject({ stage: 'online', plan: { intention: 'connect' } });
    // Nothing but the configuration was wrong: another hub's port, and the network.
    expect(Math.max(...totals)).toBeLessThan(200);
  });

  test('hub_not_reachable: nobody listens there', async () => {
    const chip = await plugIn(runs);
    const { run } = await flash(chip, { plan: connect, hubUrl: 'ws://127.0.0.1:9/device' });
    expect(await failed(run)).toMatchObject({ code: 'hub_not_reachable', board: 'provisioned' });
  });

  test('hub_is_something_else: a web server', async () => {
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    cleanups.push(async () => server.close());
    await once(server, 'listening');
    const chip = await plugIn(runs);
    const { port } = server.address() as AddressInfo;
    const { run } = await flash(chip, { plan: connect, hubUrl: `ws://127.0.0.1:${port}/device` });
    expect(await failed(run)).toMatchObject({ code: 'hub_is_something_else' });
  });

  test('hub_not_proved: a hub that does not hold the key', async () => {
    const stranger = await startTestHub({ ...identity, key: Buffer.alloc(32, 9) });
    const chip = await plugIn(runs);
    cleanups.unshift(() => stranger.stop());
    const { run } = await flash(chip, { plan: connect, hubUrl: stranger.url });
    expect(await failed(run)).toMatchObject({ code: 'hub_not_proved', board: 'provisioned' });
  });

  test('hub_refused: what the hub says is told', async () => {
    const chip = await plugIn(runs);
    const run = startFlash({
      port: chip.port,
      plan: connect,
      firmware: async () => firmware,
      provision: () => Promise.reject(new Error('This team may have no more boards.')),
    });
    expect(await failed(run)).toMatchObject({ code: 'hub_refused', detail: 'This team may have no more boards.' });
  });
});
