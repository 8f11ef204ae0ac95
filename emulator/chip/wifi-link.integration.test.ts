import { afterEach, expect, test } from 'vitest';
import { boardFiles } from '#lib/provision/files.ts';
import { loadClient } from '../../device/tools/build.ts';
import { startTestHub } from '../contract/test-hub.ts';
import { type Chip, makeFirmware, startChip } from './chip.ts';

const identity = { boardId: Buffer.alloc(16, 1), key: Buffer.alloc(32, 2), epoch: 1 };
const wifi = { ssid: 'home', password: 'correct horse' };
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function plugInProvisioned(networks: readonly { ssid: string; password: string }[]) {
  const hub = await startTestHub(identity);
  cleanups.push(() => hub.stop());
  const { files: client } = await loadClient();
  const provisioned = boardFiles({ ...identity, hubUrls: [hub.url], wifi, client });
  const chip: Chip = await startChip({
    firmware: makeFirmware(),
    files: new Map(provisioned.map(({ path, content }) => [path, content])),
    networks,
  });
  cleanups.push(() => chip.stop());
  return { hub, chip };
}

test('a provisioned board joins the Wi-Fi and links to its hub, and does so again after a reset', async () => {
  const { hub, chip } = await plugInProvisioned([wifi]);
  const first = await (await hub.link()).expect('info', 0);
  expect(first.info.boots).toBe(1);
  expect(chip.wifi().station).toEqual(wifi);
  chip.pressReset();
  const second = await (await hub.link()).expect('info', 0);
  expect(second.info.boots).toBe(2);
});

test('with a wrong password there is no link until the network takes it', async () => {
  const { hub, chip } = await plugInProvisioned([{ ...wifi, password: 'another horse' }]);
  let hasLinked = false;
  const linked = hub.link().then((link) => {
    hasLinked = true;
    return link;
  });
  while (chip.wifi().station === null) await new Promise((resolve) => setImmediate(resolve));
  expect(hasLinked).toBe(false);
  chip.setNetworks([wifi]);
  chip.pressReset();
  await (await linked).expect('info', 0);
});
