/**
 * Virtual boards in the hub's own process. Each is a board like any other: it has a key, files of its own in the data folder, and
 * dials the hub's port. What runs it is handed in, because only server/start.ts may know the emulator.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BoardId, virtualFaults } from '#lib/api/schema.ts';
import { AppError, isAppError } from '#lib/errors.ts';
import { readBoardClient } from '#lib/node/board-client.ts';
import { KEY_BYTES } from '#lib/protocol/frames.ts';
import { type BoardFile, boardFiles } from '#lib/provision/files.ts';
import type { Log } from '#server/log.ts';

export type VirtualFault = (typeof virtualFaults)[number];

/** What a virtual board is started with. Without a key it goes on with the one in its files. */
export interface VirtualBoardSpec {
  readonly boardId: BoardId;
  readonly name: string;
  readonly firstKey?: { readonly key: string; readonly epoch: number };
}

export interface Simulator {
  /** Resolves when it is on line. Throws virtual_board_failed; `remove` then ends what is left of it. */
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
  readonly isConnected: (boardId: BoardId) => boolean;
  readonly log: Log;
}

const KEY_FILE = '/cm/key';
/** It takes a second or two; on a busy machine many times that. Less than a client of the API waits for an answer. */
const FIRST_CONTACT_MS = 20_000;
const LOOK_EVERY_MS = 50;

export function createSimulator(deps: SimulatorDeps): Simulator {
  const { clientDir, dataDir, hubUrl, isConnected, log } = deps;
  const running = new Map<BoardId, VirtualMachine>();
  let isStopped = false;
  const folderOf = (boardId: BoardId) => join(dataDir, 'virtual-boards', boardId);

  async function start({ boardId, name, firstKey }: VirtualBoardSpec): Promise<void> {
    if (isStopped) return;
    const files = boardFiles({
      boardId: Buffer.from(boardId, 'hex'),
      key: firstKey ? Buffer.from(firstKey.key, 'hex') : new Uint8Array(KEY_BYTES),
      epoch: firstKey?.epoch ?? 0,
      hubUrls: [hubUrl()],
      client: readBoardClient(clientDir).files,
    });
    const directory = folderOf(boardId);
    // The hub may have moved to another port, or brought another client, since its last start; the key is the board's own.
    if (!firstKey) refresh(directory, files);
    const machine = await deps.startMachine({
      name,
      files: new Map(files.map((file) => [file.path, file.content])),
      directory,
      log: (message) => log.info({ boardId, name }, message),
    });
    if (isStopped) return machine.stop();
    running.set(boardId, machine);
    await untilConnected(boardId, name);
  }

  /** A client that this hub does not understand, or that fails at its start, would never be heard of. */
  async function untilConnected(boardId: BoardId, name: string): Promise<void> {
    const deadline = performance.now() + FIRST_CONTACT_MS;
    while (running.has(boardId) && !isConnected(boardId)) {
      if (performance.now() > deadline) {
        const message = `"${name}" runs, but has not reached the hub within ${FIRST_CONTACT_MS / 1000} s.`;
        throw new AppError('virtual_board_failed', { message });
      }
      await delay(LOOK_EVERY_MS);
    }
  }

  return {
    start: (spec) => start(spec).catch((error: unknown) => Promise.reject(asStartFailure(error, spec.name))),
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
      isStopped = true;
      await Promise.all([...running.values()].map((machine) => machine.stop()));
      running.clear();
    },
  };
}

function asStartFailure(error: unknown, name: string): AppError {
  if (isAppError(error)) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new AppError('virtual_board_failed', { message: `"${name}" did not start: ${why}`, cause: error });
}

function refresh(directory: string, files: readonly BoardFile[]): void {
  for (const { path, content } of files) {
    if (path === KEY_FILE) continue;
    const onDisk = join(directory, path);
    mkdirSync(dirname(onDisk), { recursive: true });
    writeFileSync(onDisk, content);
  }
}
