/**
 * The chip in its boot loader: found by reset sequences, told apart, then given esptool's loader, which erases, writes what is
 * compressed and says the MD5 of what is there. esptool-js is loaded on demand. The session ends with its line; nothing here
 * decides what is written (flash-layout.ts) or in which order (machine.ts).
 */
import type { ESPLoader, Transport } from 'esptool-js';
import { chipNameOf, ESP8266_MAGIC } from './chip-names.ts';
import { EsptoolPort } from './esptool-port.ts';
import { FlashFailure, isFlashFailure, wordsOf } from './failures.ts';
import { type Region, SECTOR_BYTES } from './flash-layout.ts';
import { ResetCycle } from './reset-cycle.ts';
import type { SerialLine } from './serial-line.ts';

/** What a ROM at rest understands; faster is asked of the loader. */
export const SAFE_BAUD = 115_200;
const CONNECT_ATTEMPTS = 7;
const MAGIC_REGISTER = 0x4000_1000;
const ERASE_REGION = 0xd1;
const WRITE_COMPRESSED = 0x11;
const BLOCK_HEADER_BYTES = 16;
/** A slow flash takes 150 ms a sector; one that needs this is broken. */
const ERASE_MS_PER_SECTOR = 400;
const ERASE_MIN_MS = 3_000;
/** The loader answers before it has written, so a block waits for the one before: at most all of it, erased and written. */
const BLOCK_MS = 12_000;

export interface ChipFacts {
  /** ESP8266EX, or ESP8285 with its flash inside. */
  readonly name: string;
  /** `5c:cf:7f:00:11:22` */
  readonly mac: string;
  readonly flashBytes: number;
}

export interface OpenChip {
  readonly session: ChipSession;
  readonly facts: ChipFacts;
  /** Less than was wished when the chip did not follow. */
  readonly baud: number;
}

/** Wakes the boot loader on an open line and starts the loader on it. */
export async function openChip(line: SerialLine, wishedBaud: number): Promise<OpenChip> {
  const { ESPLoader, Transport } = await import('esptool-js');
  const { ESP8266ROM } = await import('esptool-js/lib/targets/esp8266.js');
  const port = new EsptoolPort(line);
  const transport = new Transport(port);
  // It prints on the console even where tracing is off.
  transport.trace = () => undefined;
  const resets = new ResetCycle(line);
  const loader = new ESPLoader({
    transport,
    baudrate: wishedBaud,
    romBaudrate: SAFE_BAUD,
    terminal: { clean: () => undefined, write: () => undefined, writeLine: () => undefined },
    resetConstructors: {
      classicReset: (transport, resetDelay) => ({ transport, resetDelay, reset: () => resets.reset() }),
    },
  });
  const session = new ChipSession(line, port, transport, loader);
  try {
    await session.connect();
    loader.chip = new ESP8266ROM();
    const facts = await session.prepare(wishedBaud);
    return { session, facts, baud: transport.baudrate };
  } catch (error) {
    session.release();
    throw error;
  }
}

export class ChipSession {
  readonly #line: SerialLine;
  readonly #port: EsptoolPort;
  readonly #transport: Transport;
  readonly #loader: ESPLoader;

  constructor(line: SerialLine, port: EsptoolPort, transport: Transport, loader: ESPLoader) {
    this.#line = line;
    this.#port = port;
    this.#transport = transport;
    this.#loader = loader;
  }

  /** The ROM answers, and it is the right one's. */
  async connect(): Promise<void> {
    await this.#ask(this.#loader.connect('default_reset', CONNECT_ATTEMPTS, false), 'no_bootloader');
    const magic = (await this.#ask(this.#loader.readReg(MAGIC_REGISTER))) >>> 0;
    if (magic !== ESP8266_MAGIC) throw new FlashFailure('wrong_chip', chipNameOf(magic));
  }

  async prepare(wishedBaud: number): Promise<ChipFacts> {
    const { chip } = this.#loader;
    const name = String(await this.#ask(chip.getChipDescription(this.#loader)));
    const mac = String(await this.#ask(chip.readMac(this.#loader)));
    await this.#ask(this.#loader.runStub());
    // It falls back to the ROM's speed by itself when the chip does not answer at the new one.
    if (wishedBaud !== SAFE_BAUD) await this.#ask(this.#loader.changeBaud());
    const size = await this.#ask(this.#loader.detectFlashSize());
    const flashBytes = bytesOf(size ?? '');
    if (flashBytes === undefined) throw new FlashFailure('flash_unknown', size ?? '');
    return { name, mac, flashBytes };
  }

  async erase({ address, sizeBytes }: Region): Promise<void> {
    const timeout = Math.max(ERASE_MIN_MS, (sizeBytes / SECTOR_BYTES) * ERASE_MS_PER_SECTOR);
    const body = words(address, sizeBytes);
    await this.#ask(this.#loader.checkCommand('erase', ERASE_REGION, body, 0, 0, timeout));
  }

  /** Writes `packed`, which unpacks to `sizeBytes`; the loader erases ahead of itself. */
  async write(
    address: number,
    sizeBytes: number,
    packed: Uint8Array,
    onBytes: (doneBytes: number) => void,
  ): Promise<void> {
    await this.#ask(this.#loader.flashDeflBegin(sizeBytes, packed.length, address));
    const blockBytes = this.#loader.FLASH_WRITE_SIZE;
    for (let at = 0, sequence = 0; at < packed.length; at += blockBytes, sequence++) {
      const block = packed.subarray(at, at + blockBytes);
      // Not by the library's own method: it sends a block again after a silence, and what unpacks cannot take one twice.
      const body = new Uint8Array(BLOCK_HEADER_BYTES + block.length);
      body.set(words(block.length, sequence));
      body.set(block, BLOCK_HEADER_BYTES);
      const sum = this.#loader.checksum(block);
      await this.#ask(this.#loader.checkCommand('write', WRITE_COMPRESSED, body, sum, 0, BLOCK_MS));
      onBytes(at + block.length);
    }
    await this.#ask(this.#loader.flashDeflFinish(false, BLOCK_MS));
  }

  /** MD5 of what is in flash, in hexadecimal, computed by the chip. */
  md5({ address, sizeBytes }: Region): Promise<string> {
    return this.#ask(this.#loader.flashMd5sum(address, sizeBytes));
  }

  /** The line is free for others again; the chip stays in its loader until it is reset. */
  release(): void {
    this.#port.detach();
    this.#transport.flushInput();
  }

  /** The library polls on after its port has gone: the line's end is heard at once. */
  async #ask<T>(promise: Promise<T>, code: 'no_bootloader' | 'chip_link_broken' = 'chip_link_broken'): Promise<T> {
    try {
      return await this.#line.orEnd(promise);
    } catch (error) {
      if (this.#line.reason) throw this.#line.reason;
      if (isFlashFailure(error)) throw error;
      throw new FlashFailure(code, wordsOf(error), { cause: error });
    }
  }
}

/** `4MB` and `512KB` as the library writes them. */
function bytesOf(size: string): number | undefined {
  const [, count, unit] = /^(\d+)([KM])B$/.exec(size) ?? [];
  return count ? Number(count) * (unit === 'K' ? 1024 : 1024 * 1024) : undefined;
}

function words(first: number, second: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, first, true);
  view.setUint32(4, second, true);
  return bytes;
}
