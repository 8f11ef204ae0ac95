import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { FailureCode } from '#lib/flasher/failures.ts';
import type { FlashPlan } from '#lib/flasher/flash-state.ts';
import { startFlash } from '#lib/flasher/flasher.ts';
import type { Wifi } from '#lib/provision/files.ts';
import type { WifiNetwork } from '../board/wifi.ts';
import { startTestHub } from '../contract/test-hub.ts';
import {
  clean,
  cleanups,
  failed,
  firmware,
  flash,
  identity,
  networks,
  plugIn,
  WIFI,
  withChips,
} from './flashing.fixture.ts';

withChips();

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
