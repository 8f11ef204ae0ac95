/**
 * MicroPython on the emulated chip: a virtual board whose files and Wi-Fi settings are those in flash. It formats a blank file
 * system, complains for ever about a damaged one, and says nothing at all when the fault wants it so.
 */
import type { FileTree } from '../board/messages.ts';
import { type WifiNetwork, type WifiSettings, wifiSettingsSchema } from '../board/wifi.ts';
import { startVirtualBoard, type VirtualBoard } from '../virtual-board.ts';
import type { BootReason, Program, ProgramHost } from './esp8266.ts';
import type { Firmware } from './firmware-image.ts';
import { filesRegion, type Region, readFiles, readRecord, sdkRegion, writeFiles, writeRecord } from './flash-files.ts';
import type { FlashMemory } from './flash-memory.ts';

export interface MicroPythonParts {
  readonly name: string;
  readonly flash: FlashMemory;
  /** machine.unique_id(). */
  readonly chipId: Uint8Array;
  readonly networks: () => readonly WifiNetwork[];
  readonly joinMs: number;
  readonly isSilent: boolean;
  readonly log: (message: string) => void;
}

/** inisetup.py: how often it says that the file system is damaged. */
const COMPLAINT_EVERY_MS = 3_000;
const CORRUPT = 'The filesystem looks corrupt: erase the flash, or format it.\r\n';
const NO_ROOM =
  'Traceback (most recent call last):\r\n  File "_boot.py", line 11, in <module>\r\nOSError: [Errno 5] EIO\r\n';
const SETTING_UP = 'Performing initial setup\r\n';
/** What inisetup.py leaves on a fresh file system is a boot.py that does nothing. */
const FRESH_FILES: FileTree = new Map([['/boot.py', Buffer.from('# Runs at every start.\n')]]);
/** After the first setup the access point is on, until somebody turns it off. */
const FRESH_WIFI: WifiSettings = { stationOn: false, accessPointOn: true, station: null };
/** ports/esp8266/esp_mphal.c, stdin_ringbuf_array. */
const UART_BUFFER_BYTES = 256;

export function runMicroPython(
  parts: MicroPythonParts,
  firmware: Firmware,
  reason: BootReason,
  host: ProgramHost,
): Program {
  if (parts.isSilent) return silence();
  const region = filesRegion(firmware, parts.flash);
  if (region === undefined) return complaining(host, NO_ROOM);
  const stored = readFiles(parts.flash, region);
  if (stored.state === 'corrupt') return complaining(host, CORRUPT);
  if (stored.state === 'good') return new RunningBoard(parts, region, stored.tree, reason, host);
  host.say(SETTING_UP);
  writeFiles(parts.flash, region, FRESH_FILES);
  writeWifi(parts.flash, FRESH_WIFI);
  return new RunningBoard(parts, region, FRESH_FILES, reason, host);
}

/** What the SDK has kept; a blank sector is what a chip has that never ran. */
export function readWifi(flash: FlashMemory): WifiSettings {
  const text = readRecord(flash, sdkRegion(flash));
  return text === undefined ? FRESH_WIFI : wifiSettingsSchema.parse(JSON.parse(text));
}

function writeWifi(flash: FlashMemory, settings: WifiSettings): void {
  writeRecord(flash, sdkRegion(flash), JSON.stringify(settings));
}

class RunningBoard implements Program {
  readonly #starting: Promise<VirtualBoard | undefined>;
  #board: VirtualBoard | undefined;
  #isStopped = false;
  /** Heard before there is somebody to hear it. */
  #early: number[] = [];

  constructor(parts: MicroPythonParts, region: Region, files: FileTree, reason: BootReason, host: ProgramHost) {
    const { flash } = parts;
    const whileOn =
      <T>(task: (value: T) => void) =>
      (value: T) => {
        if (!this.#isStopped) task(value);
      };
    this.#starting = startVirtualBoard({
      name: parts.name,
      files,
      chipId: parts.chipId,
      resetCause: reason === 'power' ? 'powerOn' : 'hard',
      flash: { sizeBytes: flash.size, filesAt: region.at, filesBytes: region.bytes },
      wifi: { networks: parts.networks(), settings: readWifi(flash), joinMs: parts.joinMs },
      uartBufferBytes: UART_BUFFER_BYTES,
      onOutput: whileOn((bytes: Uint8Array) => host.say(bytes)),
      // Also those that were under way when the power went: they were in flash before.
      onFiles: (tree) => {
        if (!writeFiles(flash, region, tree)) parts.log(`${parts.name}: more files than its flash has room for.`);
      },
      onWifi: (settings) => writeWifi(flash, settings),
      onPowerCycle: () => {
        if (!this.#isStopped) host.restarted();
      },
      log: parts.log,
    }).then(
      (board) => this.#started(board),
      (error: Error) => {
        parts.log(error.message);
        return undefined;
      },
    );
  }

  write(bytes: Uint8Array): void {
    if (this.#board !== undefined) this.#board.uartWrite(bytes);
    else this.#early = [...this.#early, ...bytes].slice(0, UART_BUFFER_BYTES);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    const board = await this.#starting;
    await board?.stop();
  }

  #started(board: VirtualBoard): VirtualBoard {
    this.#board = board;
    if (!this.#isStopped) board.uartWrite(Uint8Array.from(this.#early));
    return board;
  }
}

function silence(): Program {
  return { write: () => undefined, stop: () => Promise.resolve() };
}

function complaining(host: ProgramHost, text: string): Program {
  host.say(text);
  const timer = setInterval(() => host.say(text), COMPLAINT_EVERY_MS);
  return {
    write: () => undefined,
    stop: () => {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
}
