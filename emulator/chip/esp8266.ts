/**
 * The chip on its board: power, reset and GPIO0, the UART, and what runs at the moment, which is nothing, the ROM's loader (with or
 * without a stub) or the firmware in flash. Knows no serial port and no MicroPython: those are at its two ends.
 */
import { BOOT_CAUSE, BOOT_LOG_BAUD, bootLog, FATAL_LOG, LOAD_LOG, NOTHING_TO_RUN_LOG } from './boot-log.ts';
import { type Firmware, type FlashMode, findFirmware } from './firmware-image.ts';
import type { FlashMemory } from './flash-memory.ts';
import { heardAt } from './line-bits.ts';
import { Loader } from './loader.ts';
import { type ChipKind, Registers } from './registers.ts';
import { isFlashLow, isHeldInReset, type Lines } from './reset-lines.ts';
import { EN_RISE_MS, sleep, Workload } from './timing.ts';
import { Wire } from './wire.ts';

/** The firmware while it runs. */
export interface Program {
  write(bytes: Uint8Array): void;
  stop(): Promise<void>;
}

/** The firmware's own side of the chip. */
export interface ProgramHost {
  say(text: string | Uint8Array): void;
  /** It restarts itself, and the ROM runs before it does. */
  restarted(): void;
}

/** The host's end of the UART. */
export interface Cable {
  /** There is one host, the last that asked. It hears what the chip sends, and at which rate. */
  connectHost(hears: (bytes: Uint8Array, baud: number) => void): void;
  /** Resolves when the bytes are through the cable. */
  send(bytes: Uint8Array, baud: number): Promise<void>;
}

export interface ChipParts {
  readonly kind: ChipKind;
  readonly flash: FlashMemory;
  readonly mac: Uint8Array;
  readonly isUartReal: boolean;
  readonly isFlashReal: boolean;
  readonly hasAutoReset: boolean;
  /** How flash is wired: firmware with another mode in its header does not start. */
  readonly flashModes: readonly FlashMode[];
  readonly runFirmware: (firmware: Firmware, cause: BootReason, host: ProgramHost) => Program;
  readonly onCommand: (name: string) => void;
}

export type BootReason = keyof typeof BOOT_CAUSE;
export type ChipState = 'off' | 'reset' | 'loader' | 'firmware' | 'nothing';

/** MicroPython's UART0, and the rate until the loader has heard its host. */
const FIRMWARE_BAUD = 115_200;
const ESP32_ROM_STATUS_BYTES = 4;
const ESP8266_STATUS_BYTES = 2;

export class Esp8266 implements Cable {
  readonly flash: FlashMemory;
  readonly work: Workload;
  readonly #parts: ChipParts;
  readonly #registers: Registers;
  readonly #toChip: Wire;
  readonly #toHost: Wire;
  readonly #stopping = new Set<Promise<void>>();
  #hostHears: (bytes: Uint8Array, baud: number) => void = () => undefined;
  #lines: Lines = { dtr: false, rts: false };
  #state: ChipState = 'off';
  /** 0 while the ROM waits to find it out. */
  #baud = FIRMWARE_BAUD;
  #loader: Loader | undefined;
  #program: Program | undefined;
  /** Counts starts and power cuts: what belongs to an earlier life has no effect. */
  #life = 0;

  constructor(parts: ChipParts) {
    this.#parts = parts;
    this.flash = parts.flash;
    this.work = new Workload(parts.isFlashReal);
    this.#registers = new Registers(parts.kind, parts.flash.jedecId, parts.mac);
    this.#toChip = new Wire(parts.isUartReal, (bytes, baud) => this.#hear(bytes, baud));
    this.#toHost = new Wire(parts.isUartReal, (bytes, baud) => this.#hostHears(bytes, baud));
  }

  get state(): ChipState {
    return this.#state;
  }

  get lines(): Lines {
    return this.#lines;
  }

  connectHost(hears: (bytes: Uint8Array, baud: number) => void): void {
    this.#hostHears = hears;
  }

  send(bytes: Uint8Array, baud: number): Promise<void> {
    return this.#toChip.send(bytes, baud);
  }

  setLines(lines: Lines): void {
    const before = this.#lines;
    this.#lines = lines;
    if (!this.#parts.hasAutoReset || this.#state === 'off') return;
    if (isHeldInReset(lines)) this.#halt('reset');
    else if (isHeldInReset(before)) void this.#riseFromReset();
  }

  /** Both buttons of the board, for those whose adapter does not reset it. */
  pressReset(holdFlash: boolean): void {
    if (this.#state !== 'off') this.#boot('pin', holdFlash);
  }

  powerOn(): void {
    if (this.#state === 'off') this.#boot('power', false);
  }

  powerOff(): void {
    this.#halt('off');
    this.#lines = { dtr: false, rts: false };
    this.#toChip.cut();
    this.#toHost.cut();
    this.work.abandon();
  }

  /** Resolves when no thread of it is left. */
  async stop(): Promise<void> {
    this.powerOff();
    await Promise.all(this.#stopping);
  }

  async #riseFromReset(): Promise<void> {
    const life = this.#life;
    await sleep(EN_RISE_MS);
    if (life === this.#life && !isHeldInReset(this.#lines)) this.#boot('pin', isFlashLow(this.#lines));
  }

  #halt(state: ChipState): void {
    this.#life++;
    this.#state = state;
    this.#loader?.stop();
    this.#loader = undefined;
    const stopped = this.#program?.stop();
    this.#program = undefined;
    if (stopped === undefined) return;
    this.#stopping.add(stopped);
    void stopped.finally(() => this.#stopping.delete(stopped));
  }

  #boot(reason: BootReason, inDownloadMode: boolean): void {
    this.#halt('nothing');
    this.#say(bootLog(BOOT_CAUSE[reason], inDownloadMode), BOOT_LOG_BAUD);
    if (inDownloadMode) this.#startLoader();
    else void this.#startFirmware(reason);
  }

  #startLoader(): void {
    const life = this.#life;
    this.#state = 'loader';
    this.#baud = 0;
    this.#loader = new Loader({
      registers: this.#registers,
      flash: this.flash,
      work: this.work,
      romStatusBytes: this.#parts.kind === 'esp32' ? ESP32_ROM_STATUS_BYTES : ESP8266_STATUS_BYTES,
      baud: () => this.#baud || FIRMWARE_BAUD,
      setBaud: (baud) => {
        if (life === this.#life) this.#baud = baud;
      },
      send: (bytes) => this.#say(bytes, this.#baud || FIRMWARE_BAUD),
      restart: (inDownloadMode) => {
        if (life === this.#life) this.#boot('pin', inDownloadMode);
      },
      onCommand: this.#parts.onCommand,
    });
  }

  async #startFirmware(reason: BootReason): Promise<void> {
    const life = this.#life;
    // The life before has its last words in flash first.
    await Promise.all(this.#stopping);
    if (life !== this.#life) return;
    this.#baud = FIRMWARE_BAUD;
    const firmware = findFirmware(this.flash.bytes);
    if (firmware === undefined || !this.#parts.flashModes.includes(firmware.flashMode)) {
      const hasImage = this.flash.bytes[0] === 0xe9;
      this.#say(hasImage ? LOAD_LOG + FATAL_LOG : NOTHING_TO_RUN_LOG, BOOT_LOG_BAUD);
      return;
    }
    this.#say(LOAD_LOG, BOOT_LOG_BAUD);
    this.#state = 'firmware';
    this.#program = this.#parts.runFirmware(firmware, reason, {
      say: (text) => {
        if (life === this.#life) this.#say(text, FIRMWARE_BAUD);
      },
      restarted: () => {
        if (life === this.#life) this.#say(bootLog(BOOT_CAUSE.pin, false) + LOAD_LOG, BOOT_LOG_BAUD);
      },
    });
  }

  #say(text: string | Uint8Array, baud: number): void {
    void this.#toHost.send(typeof text === 'string' ? Buffer.from(text) : text, baud);
  }

  #hear(bytes: Uint8Array, baud: number): void {
    if (this.#loader !== undefined) {
      if (this.#baud === 0) this.#baud = baud;
      this.#loader.receive(heardAt(bytes, baud, this.#baud));
    } else this.#program?.write(heardAt(bytes, baud, FIRMWARE_BAUD));
  }
}
