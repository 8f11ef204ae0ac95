import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FlashPlan, FlashState } from '#lib/flasher/flash-state.ts';
import { type FlashRun, startFlash } from '#lib/flasher/flasher.ts';
import type { Wifi } from '#lib/provision/files.ts';
import { loadClient } from '../../device/tools/build.ts';
import { startTestHub } from '../contract/test-hub.ts';
import { buildVm } from '../vm/build.ts';
import { type Chip, type ChipOptions, makeFirmware, startChip } from './chip.ts';

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

describe('from the box to on line', () => {
  test('a clean install ends with the board on line, the port closed and the access point off', async () => {
    const chip = await plugIn();
    const { run, hub, stages } = await flash(chip);
    const state = await run.ended;
    expect(state).toMatchObject({ stage: 'online', board: 'provisioned', baud: 460_800, notices: [] });
    expect(stages).toEqual([]);
    await hub!.link();
    expect(chip.port.readable).toBe(null);
    expect(chip.wifi()).toMatchObject({ accessPointOn: false, station: WIFI });
  });
});
