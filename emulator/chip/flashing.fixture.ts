import { afterEach, beforeAll, expect } from 'vitest';
import type { FlashPlan, FlashState } from '#lib/flasher/flash-state.ts';
import { type FlashRun, startFlash } from '#lib/flasher/flasher.ts';
import type { Wifi } from '#lib/provision/files.ts';
import { loadClient } from '../../device/tools/build.ts';
import { startTestHub } from '../contract/test-hub.ts';
import { buildVm } from '../vm/build.ts';
import { type Chip, type ChipOptions, makeFirmware, startChip } from './chip.ts';

export const identity = { boardId: Buffer.alloc(16, 1), key: Buffer.alloc(32, 2), epoch: 1 };
export const WIFI: Wifi = { ssid: 'Küche "2" \'x\'', password: 'correct horse 🐎' };
export const networks = [WIFI];
export const firmware = makeFirmware({ sizeBytes: 120 * 1024 });
export const clean: FlashPlan = { intention: 'clean', baud: 460_800 };
export const cleanups: (() => Promise<unknown>)[] = [];

/** For the top of a test file. */
export function withChips(): void {
  beforeAll(() => buildVm());
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
}

export async function plugIn(options: ChipOptions = {}): Promise<Chip> {
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

export async function flash(chip: Chip, { plan = clean, wifi = WIFI, hubUrl, image = firmware, before }: Wish = {}) {
  const { files: client } = await loadClient();
  const hub = hubUrl ? undefined : await startTestHub(identity);
  // Boards that run would dial again.
  if (hub) cleanups.unshift(() => hub.stop());
  const run = startFlash(
    {
      port: chip.port,
      plan,
      firmware: async () => image,
      provision: async () => ({ ...identity, hubUrls: [hubUrl ?? hub?.url ?? ''], wifi, client }),
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

export const failed = async (run: FlashRun) => {
  const state = await run.ended;
  if (state.stage !== 'failed') expect.fail(`It ended as ${JSON.stringify(state)}`);
  return state;
};

export const text = (chip: Chip, path: string): string => Buffer.from(chip.files()?.get(path) ?? []).toString();

/** Ends the run when it comes to `stage`. */
export function atStage(run: FlashRun, stage: string, act: () => void): void {
  const stop = run.subscribe((state) => {
    if (state.stage !== stage) return;
    stop();
    act();
  });
}
