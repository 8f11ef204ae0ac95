/**
 * Virtual boards in the hub's own process. Each is a board like any other: it has a key, files of its own in the data folder, and
 * dials the hub's port. What runs it is handed in, because only server/start.ts may know the emulator.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BoardId, virtualFaults } from '#lib/api/schema.ts';
import { AppError } from '#lib/errors.ts';
import { KEY_BYTES } from '#lib/protocol/frames.ts';
import { type BoardFile, boardFiles } from '#lib/provision/files.ts';
import type { Log } from '#server/log.ts';
import { readClient } from './client-files.ts';

export type VirtualFault = (typeof virtualFaults)[number];

/** What a virtual board is started with. Without a key it goes on with the one in its files. */
export interface VirtualBoardSpec {
  readonly boardId: BoardId;
  readonly name: string;
  readonly firstKey?: { readonly key: string; readonly epoch: number };
}

export interface Simulator {
  start(spec: VirtualBoardSpec): Promise<void>;
  /** Ends it and forgets its files. */
  remove(boardId: BoardId): Promise<void>;
  /** Throws board_not_found when it does not run. */
  fault(boardId: BoardId, fault: VirtualFault): Promise<void>;
  /** Ends all and keeps their files. */
  stop(): Promise<void>;
}

export interface VirtualMachine {
  stop(): Promise<void>;
  fault(fault: VirtualFault): Promise<void>;
}

export interface VirtualMachineOptions {
  readonly name: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly directory: string;
  readonly log: (message: string) => void;
}

export interface SimulatorDeps {
  readonly startMachine: (options: VirtualMachineOptions) => Promise<VirtualMachine>;
  /** The board's client as it was built. */
  readonly clientDir: string;
  readonly dataDir: string;
  readonly hubUrl: () => string;
  readonly log: Log;
}

const KEY_FILE = '/cm/key';

export function createSimulator({ startMachine, clientDir, dataDir, hubUrl, log }: SimulatorDeps): Simulator {
  const running = new Map<BoardId, VirtualMachine>();
  const folderOf = (boardId: BoardId) => join(dataDir, 'virtual-boards', boardId);

  async function start({ boardId, name, firstKey }: VirtualBoardSpec): Promise<void> {
    const files = boardFiles({
      boardId: Buffer.from(boardId, 'hex'),
      key: firstKey ? Buffer.from(firstKey.key, 'hex') : new Uint8Array(KEY_BYTES),
      epoch: firstKey?.epoch ?? 0,
      hubUrls: [hubUrl()],
      client: readClient(clientDir),
    });
    const directory = folderOf(boardId);
    // The hub may have moved to another port, or brought another client, since its last start; the key is the board's own.
    if (!firstKey) refresh(directory, files);
    const machine = await startMachine({
      name,
      files: new Map(files.map((file) => [file.path, file.content])),
      directory,
      log: (message) => log.info({ boardId, name }, message),
    });
    running.set(boardId, machine);
  }

  return {
    start,
    async remove(boardId) {
      await running.get(boardId)?.stop();
      running.delete(boardId);
      rmSync(folderOf(boardId), { recursive: true, force: true });
    },
    async fault(boardId, fault) {
      const machine = running.get(boardId);
      if (!machine) throw new AppError('board_not_found', { message: 'That virtual board does not run.' });
      await machine.fault(fault);
    },
    async stop() {
      await Promise.all([...running.values()].map((machine) => machine.stop()));
      running.clear();
    },
  };
}

function refresh(directory: string, files: readonly BoardFile[]): void {
  for (const { path, content } of files) {
    if (path === KEY_FILE) continue;
    const onDisk = join(directory, path);
    mkdirSync(dirname(onDisk), { recursive: true });
    writeFileSync(onDisk, content);
  }
}
