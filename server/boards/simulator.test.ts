import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { newBoardId } from '#server/store/ids.ts';
import { temporaryFolder } from '#server/store/store.fixture.ts';
import { createSimulator, type SimulatorDeps } from './simulator.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const spec = { boardId: newBoardId(), name: 'virtual-1', firstKey: { key: '00'.repeat(32), epoch: 1 } };
let folder: ReturnType<typeof temporaryFolder>;
let clientDir: string;
let stops: number;

beforeEach(() => {
  folder = temporaryFolder();
  clientDir = join(folder.dir, 'client');
  stops = 0;
  build({ 'boot.py': 'boot', 'main.py': 'main', 'cm_core.mpy': 'core' });
});
afterEach(() => {
  vi.useRealTimers();
  folder.remove();
});

function build(files: Readonly<Record<string, string>>): void {
  mkdirSync(clientDir, { recursive: true });
  const listed = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(clientDir, name), text);
    return { name, sha256: createHash('sha256').update(text).digest('hex') };
  });
  writeFileSync(join(clientDir, 'manifest.json'), JSON.stringify({ version: '1', files: listed }));
}

function aSimulator(more: Partial<SimulatorDeps> = {}) {
  const stop = async () => {
    stops += 1;
  };
  const machine = { stop, fault: async () => {} };
  return createSimulator({
    startMachine: async () => machine,
    clientDir,
    dataDir: folder.dir,
    hubUrl: () => 'ws://127.0.0.1:1/device',
    isConnected: () => true,
    log: quiet,
    ...more,
  });
}

const sentence = (message: string) => ({
  code: 'virtual_board_failed',
  message: expect.stringContaining(message),
  hint: expect.stringContaining('npm run build'),
});

it('a virtual board is started once it is on line', async () => {
  await expect(aSimulator().start(spec)).resolves.toBeUndefined();
});

it('a virtual board without a built client says what to do instead of never coming', async () => {
  rmSync(clientDir, { recursive: true });
  await expect(aSimulator().start(spec)).rejects.toMatchObject(sentence('is not built'));
});

it('a client whose files are of two builds is not given to a board', async () => {
  writeFileSync(join(clientDir, 'cm_core.mpy'), 'of yesterday');
  await expect(aSimulator().start(spec)).rejects.toMatchObject(sentence('cm_core.mpy is of another build'));
  rmSync(join(clientDir, 'cm_core.mpy'));
  await expect(aSimulator().start(spec)).rejects.toMatchObject(sentence('cm_core.mpy is missing'));
});

it('a VM that is not built is named', async () => {
  const startMachine = () => Promise.reject(new Error("The virtual board's VM is not built."));
  await expect(aSimulator({ startMachine }).start(spec)).rejects.toMatchObject(sentence('VM is not built'));
});

it('a client that runs and never reaches the hub fails the start', async () => {
  vi.useFakeTimers();
  const simulator = aSimulator({ isConnected: () => false });
  const failure = expect(simulator.start(spec)).rejects.toMatchObject(sentence('has not reached the hub within 20 s'));
  await vi.advanceTimersByTimeAsync(25_000);
  await failure;
  await simulator.remove(spec.boardId);
  expect(stops).toBe(1);
});

it('a virtual board that was being started when the hub stopped does not outlive it', async () => {
  const { promise: powered, resolve: powerOn } = Promise.withResolvers<void>();
  const stopped = vi.fn(async () => {});
  const simulator = aSimulator({ startMachine: () => powered.then(() => ({ stop: stopped, fault: async () => {} })) });
  const starting = simulator.start(spec);
  await simulator.stop();
  powerOn();
  await starting;
  expect(stopped).toHaveBeenCalledOnce();
});
