/**
 * An ESP8266 on a USB cable, without hardware: `port` is the SerialPort that a browser would give. It has the ROM's loader and the
 * flasher stub (loader.ts), a flash of 1, 2 or 4 MB that takes its time (flash-memory.ts, timing.ts), the reset lines and the boot
 * log at 74880 baud (esp8266.ts), and runs real MicroPython once a valid firmware is in flash (micropython.ts), with files
 * and Wi-Fi settings in the same flash. pty.ts offers the chip to programs of this computer as a pseudo-terminal.
 * It does not execute the chip's own code: stub and firmware are recognised, not run.
 */
import { fileURLToPath } from 'node:url';
import { loadImage } from '../board/board-image.ts';
import type { FileTree } from '../board/messages.ts';
import type { WifiNetwork, WifiSettings } from '../board/wifi.ts';
import { type Cable, type ChipState, Esp8266 } from './esp8266.ts';
import { FLASH_MODES, type FlashMode, findFirmware } from './firmware-image.ts';
import { filesRegion, readFiles, writeFiles } from './flash-files.ts';
import { type FlashMb, FlashMemory } from './flash-memory.ts';
import { readWifi, runMicroPython } from './micropython.ts';
import type { ChipKind } from './registers.ts';
import { EmulatedSerialPort } from './serial-port.ts';

export { makeFirmware } from './firmware-image.ts';
export type { EmulatedSerialPort } from './serial-port.ts';

export interface ChipOptions {
  readonly flashMb?: FlashMb;
  /** `real`: bytes arrive at their baud rate, flash takes as long as its data sheet says. `none` is for quick tests. */
  readonly uartTime?: 'real' | 'none';
  readonly flashTime?: 'real' | 'none';
  readonly mac?: readonly [number, number, number, number, number, number];
  /** Already in flash at address 0. */
  readonly firmware?: Uint8Array;
  /** Already on its file system; only with `firmware`. */
  readonly files?: FileTree;
  readonly networks?: readonly WifiNetwork[];
  /** From network.WLAN.connect to the outcome. */
  readonly joinMs?: number;
  /** `esp32` answers as the wrong chip does. */
  readonly kind?: ChipKind;
  /** false: DTR and RTS lead nowhere, somebody has to press the buttons. */
  readonly hasAutoReset?: boolean;
  /** Firmware with another mode in its header does not start. */
  readonly flashModes?: readonly FlashMode[];
  /** Bytes of flash that come back wrong. */
  readonly badCells?: readonly number[];
  /** The firmware runs and never says or hears anything. */
  readonly isSilent?: boolean;
  /** Each command that the loader hears, as `rom:sync` or `stub:flashDeflData`. */
  readonly onCommand?: (name: string) => void;
  readonly log?: (message: string) => void;
}

export interface Chip {
  readonly port: EmulatedSerialPort;
  /** The same cable without the browser's port around it, for pty.ts. */
  readonly cable: Cable;
  /** The flash itself, for the test to look into. */
  readonly flash: FlashMemory;
  readonly state: ChipState;
  /** How long the flash has worked, or would have, in milliseconds. */
  readonly flashBusyMs: number;
  /** The cable is pulled out, and the board without power. */
  unplug(): void;
  plug(): void;
  /** The board's RST button, with its FLASH button held or not. */
  pressReset(options?: { readonly holdFlash?: boolean }): void;
  /** Which networks are in the air from the next start on. */
  setNetworks(networks: readonly WifiNetwork[]): void;
  /** What is on the file system, or undefined when flash holds none. */
  files(): FileTree | undefined;
  wifi(): WifiSettings;
  stop(): Promise<void>;
}

const DEFAULT_MAC = [0x5c, 0xcf, 0x7f, 0x11, 0x22, 0x33] as const;
/** About what a board needs beside its access point. */
const JOIN_MS = 2_000;

/** Plugs a chip in. */
export async function startChip(options: ChipOptions = {}): Promise<Chip> {
  // Asked now, so that a VM that was never built is told to the one who wants a chip.
  await loadImage(fileURLToPath(new URL('../..', import.meta.url)));
  const flash = filledFlash(options);
  const mac = Uint8Array.from(options.mac ?? DEFAULT_MAC);
  const log = options.log ?? (() => undefined);
  let networks = options.networks ?? [];
  const isReal = options.uartTime === 'real';
  const program = {
    name: `esp8266-${Buffer.from(mac).toString('hex')}`,
    flash,
    chipId: Uint8Array.of(mac[5] ?? 0, mac[4] ?? 0, mac[3] ?? 0, 0),
    networks: () => networks,
    joinMs: options.joinMs ?? (isReal ? JOIN_MS : 0),
    isSilent: options.isSilent ?? false,
    log,
  };
  const esp8266 = new Esp8266({
    kind: options.kind ?? 'esp8266',
    flash,
    mac,
    isUartReal: isReal,
    isFlashReal: options.flashTime === 'real',
    hasAutoReset: options.hasAutoReset ?? true,
    flashModes: options.flashModes ?? FLASH_MODES,
    runFirmware: (firmware, reason, host) => runMicroPython(program, firmware, reason, host),
    onCommand: options.onCommand ?? (() => undefined),
  });
  const port = new EmulatedSerialPort(esp8266);
  esp8266.powerOn();
  return {
    port,
    cable: esp8266,
    flash,
    get state() {
      return esp8266.state;
    },
    get flashBusyMs() {
      return esp8266.work.totalMs;
    },
    unplug() {
      esp8266.powerOff();
      port.unplug();
    },
    plug() {
      esp8266.powerOn();
      port.plug();
    },
    pressReset: ({ holdFlash = false } = {}) => esp8266.pressReset(holdFlash),
    setNetworks(now) {
      networks = now;
    },
    files: () => filesIn(flash),
    wifi: () => readWifi(flash),
    stop: () => esp8266.stop(),
  };
}

function filledFlash({ flashMb = 4, firmware, files, badCells = [] }: ChipOptions): FlashMemory {
  const flash = new FlashMemory(flashMb);
  if (firmware !== undefined) flash.program(0, firmware);
  const found = findFirmware(flash.bytes);
  const region = found && filesRegion(found, flash);
  if (files !== undefined && region !== undefined) writeFiles(flash, region, files);
  for (const cell of badCells) flash.wearOut(cell);
  return flash;
}

function filesIn(flash: FlashMemory): FileTree | undefined {
  const firmware = findFirmware(flash.bytes);
  const region = firmware && filesRegion(firmware, flash);
  const stored = region && readFiles(flash, region);
  return stored?.state === 'good' ? stored.tree : undefined;
}
