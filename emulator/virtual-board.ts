/**
 * A board without hardware: real MicroPython with an ESP8266's heap and firmware modules, in a thread of its own, running the
 * unmodified client of device/. Its network is this computer's, its files are kept here, its UART is `uartWrite` and
 * `onOutput`. It does not model time, flash wear or TLS, and Wi-Fi only when told which networks there are. The thread's side is board/board-thread.ts, what the two
 * share is board/shared-memory.ts; the VM is made by vm/build.ts, the firmware's Python is in firmware/.
 */
import { BoardFiles } from './board/board-files.ts';
import { loadImage } from './board/board-image.ts';
import { BoardMachine } from './board/board-machine.ts';
import type { FileTree, FlashLayout, ResetCause } from './board/messages.ts';
import type { WifiSettings, WifiStart } from './board/wifi.ts';

export interface VirtualBoardOptions {
  readonly name: string;
  /** What provisioning leaves on a board, by absolute path; a folder has no content. */
  readonly files: FileTree;
  /** Keeps the files from one process to the next; what it holds already wins over `files`. */
  readonly directory?: string;
  /** The board's whole Python heap; 38 KB on an ESP8266. */
  readonly heapBytes?: number;
  /** machine.unique_id(): 4 bytes. */
  readonly chipId?: Uint8Array;
  /** Of a chip with 4 MB, unless another one is told. */
  readonly flash?: FlashLayout;
  /** Without it the board is always connected. */
  readonly wifi?: WifiStart;
  /** What the board said about its first start; power-on without it. */
  readonly resetCause?: ResetCause;
  /** A real board keeps 256 bytes that Python has not read, and loses what comes after them. */
  readonly uartBufferBytes?: number;
  /** What the board writes to its UART. */
  readonly onOutput?: (bytes: Uint8Array) => void;
  /** The board starts anew, for the reason machine.reset_cause() will give. */
  readonly onReset?: (cause: number) => void;
  /** As `onReset`, but not for a soft reset: the chip itself starts anew. */
  readonly onPowerCycle?: () => void;
  /** After each change of the files in flash. */
  readonly onFiles?: (files: FileTree) => void;
  /** What the SDK now keeps in flash. */
  readonly onWifi?: (settings: WifiSettings) => void;
  readonly log?: (message: string) => void;
  /** The folder that holds dist/ and emulator/; by default the one this file is in or was bundled to. */
  readonly root?: string;
}

/**
 * `drop-link`: every connection is reset. `freeze`: the board stops where it is, connections stay; `thaw` ends it. `power-cut`: off
 * and on again, with the files as they were in flash. `bad-main`: a program that fails at once, and a reset.
 */
export type Fault = 'drop-link' | 'freeze' | 'thaw' | 'power-cut' | 'bad-main';

export interface VirtualBoard {
  readonly name: string;
  /** Power off, for good. */
  stop(): Promise<void>;
  /** The reset button; resolves when the board runs again. */
  reset(): Promise<void>;
  /** Ctrl-C at the UART, whatever the program has made of that character. */
  interrupt(): void;
  uartWrite(bytes: Uint8Array): void;
  /** Resolves when it has happened; after a power cut, when the board runs again. */
  fault(fault: Fault): Promise<void>;
  /** What is in flash now. */
  files(): ReadonlyMap<string, Uint8Array>;
}

/** The heap of the ESP8266 port: main.c, `static char heap[38 * 1024]`. */
export const ESP8266_HEAP_BYTES = 38 * 1024;

/** flashbdev.py of the variant for 2 MB and up: the files begin at 1 MB, and 20 KB at the end are the SDK's. */
const FLASH_4_MB: FlashLayout = { sizeBytes: 0x400000, filesAt: 0x100000, filesBytes: 763 * 4096 };

const BAD_MAIN = 'raise RuntimeError("this main.py fails at once")\n';

/** Powers a virtual board up; resolves when its MicroPython runs. */
export async function startVirtualBoard(options: VirtualBoardOptions): Promise<VirtualBoard> {
  const root = options.root ?? new URL('..', import.meta.url);
  const worker = new URL(`./virtual-board-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.mjs'}`, import.meta.url);
  const files = new BoardFiles(options.files, options.directory, options.onFiles);
  const machine = new BoardMachine({
    name: options.name,
    image: await loadImage(root),
    worker,
    files,
    heapBytes: options.heapBytes ?? ESP8266_HEAP_BYTES,
    chipId: options.chipId ?? chipIdOf(options.name),
    onOutput: options.onOutput ?? (() => undefined),
    flash: options.flash ?? FLASH_4_MB,
    wifi: options.wifi,
    uartBufferBytes: options.uartBufferBytes,
    onReset: options.onReset ?? (() => undefined),
    onPowerCycle: options.onPowerCycle ?? (() => undefined),
    onWifi: options.onWifi ?? (() => undefined),
    log: options.log ?? (() => undefined),
  });
  await machine.powerOn(options.resetCause ?? 'powerOn');
  return {
    name: options.name,
    stop: () => machine.powerOff(),
    reset: () => machine.powerCycle('hard'),
    interrupt: () => machine.interrupt(),
    uartWrite: (bytes) => machine.uartWrite(bytes),
    fault: (fault) => applyFault(machine, files, fault),
    files: () => files.files(),
  };
}

async function applyFault(machine: BoardMachine, files: BoardFiles, fault: Fault): Promise<void> {
  switch (fault) {
    case 'drop-link':
      return machine.dropLink();
    case 'freeze':
      return machine.setFrozen(true);
    case 'thaw':
      return machine.setFrozen(false);
    case 'power-cut':
      return machine.powerCycle('powerOn');
    case 'bad-main':
      return machine.powerCycle('hard', () => files.write('/app/main.py', Buffer.from(BAD_MAIN)));
    default:
      return fault satisfies never;
  }
}

/** The same board has the same chip every time. */
function chipIdOf(name: string): Uint8Array {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  const chipId = new Uint8Array(4);
  new DataView(chipId.buffer).setInt32(0, hash);
  return chipId;
}
