/** The main thread's side of a board: its power, its UART and everything its thread asks for. */
import { Worker } from 'node:worker_threads';
import type { BoardFiles } from './board-files.ts';
import type { BoardImage } from './board-image.ts';
import { BoardTimers } from './board-timers.ts';
import { Doorbell } from './doorbell.ts';
import type { FlashLayout, ResetCause, WorkerMessage, WorkerStart } from './messages.ts';
import { RESET_CAUSE } from './messages.ts';
import { SharedMemory, WORD } from './shared-memory.ts';
import { TcpSockets } from './tcp-sockets.ts';
import type { WifiSettings, WifiStart } from './wifi.ts';

export interface MachineParts {
  readonly name: string;
  readonly image: BoardImage;
  readonly worker: URL;
  readonly files: BoardFiles;
  readonly heapBytes: number;
  readonly chipId: Uint8Array;
  readonly flash: FlashLayout;
  readonly wifi: WifiStart | undefined;
  readonly uartBufferBytes: number | undefined;
  readonly onOutput: (bytes: Uint8Array) => void;
  readonly onReset: (cause: number) => void;
  readonly onPowerCycle: () => void;
  readonly onWifi: (settings: WifiSettings) => void;
  readonly log: (message: string) => void;
}

/** The board's own memory is the VM's; what its thread needs beside it is little. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };
/** A program that resets in a circle must not take a whole core; a real board needs longer to start. */
const SHORTEST_LIFE_MS = 300;

export class BoardMachine {
  readonly #parts: MachineParts;
  readonly #shared = new SharedMemory();
  readonly #doorbell: Doorbell;
  readonly #sockets: TcpSockets;
  readonly #timers: BoardTimers;
  #worker: Worker | undefined;
  #wifi: WifiStart | undefined;
  #filesHeard = 0;
  #startedAt = 0;
  #isOff = false;
  /** Power changes one after another. */
  #power: Promise<void> = Promise.resolve();
  /** Bytes for the UART that its ring had no room for. */
  #toUart: Uint8Array = new Uint8Array();

  constructor(parts: MachineParts) {
    this.#parts = parts;
    this.#wifi = parts.wifi;
    this.#doorbell = new Doorbell(this.#shared, parts.image.addresses);
    this.#sockets = new TcpSockets(this.#shared, this.#doorbell);
    this.#timers = new BoardTimers(this.#shared, this.#doorbell);
  }

  powerOn(cause: ResetCause): Promise<void> {
    return this.#next(() => this.#start(RESET_CAUSE[cause]));
  }

  powerOff(): Promise<void> {
    this.#isOff = true;
    return this.#next(() => this.#cut());
  }

  /** Off and on; `between` runs while it is off. */
  powerCycle(cause: keyof typeof RESET_CAUSE, between: () => void = () => undefined): Promise<void> {
    return this.#next(async () => {
      if (this.#isOff) return;
      this.#parts.onReset(RESET_CAUSE[cause]);
      this.#parts.onPowerCycle();
      await this.#cut();
      between();
      await this.#start(RESET_CAUSE[cause]);
    });
  }

  interrupt(): void {
    this.#shared.set(WORD.interrupt, 1);
    this.#doorbell.ring();
  }

  /** What the UART's interrupt does: the interrupt character is acted on at once, everything else is queued. */
  uartWrite(bytes: Uint8Array): void {
    const kept = bytes.filter((byte) => {
      if (byte !== this.#doorbell.interruptChar) return true;
      this.interrupt();
      return false;
    });
    const { uartBufferBytes: buffer } = this.#parts;
    if (buffer !== undefined) {
      // Overrun: what finds no room is lost, and nobody is told.
      this.#shared.uartIn.write(kept.subarray(0, Math.max(0, buffer - this.#shared.uartIn.used)));
      this.#shared.wake();
      return;
    }
    this.#toUart = Buffer.concat([this.#toUart, kept]);
    this.#feedUart();
  }

  dropLink(): void {
    this.#sockets.dropAll();
  }

  setFrozen(isFrozen: boolean): void {
    this.#shared.set(WORD.frozen, isFrozen ? 1 : 0);
    Atomics.notify(this.#shared.words, WORD.frozen);
    this.#doorbell.ring();
  }

  #next(change: () => Promise<void>): Promise<void> {
    const done = this.#power.then(change);
    this.#power = done.catch(() => undefined);
    return done;
  }

  async #start(resetCause: number): Promise<void> {
    if (this.#isOff) return;
    const { image, name, files, heapBytes, chipId, flash } = this.#parts;
    const start: WorkerStart = {
      shared: this.#shared.buffer,
      vm: image.vm,
      addresses: image.addresses,
      firmware: image.firmware,
      heapBytes,
      files: files.tree,
      name,
      chipId,
      resetCause,
      flash,
      wifi: this.#wifi,
    };
    this.#startedAt = performance.now();
    const worker = new Worker(this.#parts.worker, {
      workerData: start,
      name: `board ${name}`,
      resourceLimits: THREAD_LIMITS,
    });
    this.#worker = worker;
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.on('message', (message: WorkerMessage) => {
        if (this.#worker !== worker && message.kind !== 'file' && message.kind !== 'wifi') return;
        this.#hear(message);
        if (message.kind === 'booted') resolve();
      });
      worker.once('exit', () => resolve());
    });
    worker.removeAllListeners('error').on('error', (error: Error) => this.#crashed(worker, error));
  }

  async #cut(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#doorbell.stop();
    this.#timers.stopAll();
    this.#sockets.destroyAll();
    // What was in flash before this moment has been sent, and is delivered before terminate resolves.
    await worker?.terminate();
    this.#sockets.destroyAll();
    this.#shared.words.fill(0);
    this.#filesHeard = 0;
    this.#toUart = new Uint8Array();
  }

  #hear(message: WorkerMessage): void {
    switch (message.kind) {
      case 'booted':
        this.#doorbell.attachMemory(message.memory);
        break;
      case 'attention':
        this.#attend();
        break;
      case 'connect':
        this.#sockets.connect(message.socket, message.host, message.port);
        break;
      case 'close':
        this.#sockets.close(message.socket);
        break;
      case 'timer':
        this.#timers.set(message.timer, message.periodMs, message.repeat);
        break;
      case 'file':
        this.#parts.files.apply(message.change);
        if (this.#worker !== undefined) this.#filesHeard++;
        this.#attend();
        break;
      case 'wifi':
        // The SDK finds it in flash at the next start.
        this.#wifi = this.#wifi && { ...this.#wifi, settings: message.settings };
        this.#parts.onWifi(message.settings);
        break;
      case 'soft-reset':
        this.#timers.stopAll();
        this.#parts.onReset(RESET_CAUSE.soft);
        break;
      case 'reset':
        void this.#resetItself(message.cause);
        break;
      default:
        message satisfies never;
    }
  }

  #attend(): void {
    this.#shared.take(WORD.attention);
    // Who reads "saved" on the console may cut the power: the change is on its way, and calls us again.
    if (this.#shared.get(WORD.filesTold) === this.#filesHeard) {
      const output = this.#shared.uartOut.readAll();
      if (output.length > 0) this.#parts.onOutput(output);
    }
    this.#feedUart();
    this.#sockets.attend();
    this.#shared.wake();
  }

  #feedUart(): void {
    if (this.#toUart.length > 0) this.#toUart = this.#toUart.subarray(this.#shared.uartIn.write(this.#toUart));
    this.#shared.wake();
    if (this.#toUart.length > 0 && this.#worker !== undefined) setTimeout(() => this.#feedUart(), 5).unref();
  }

  async #resetItself(cause: number): Promise<void> {
    const worker = this.#worker;
    const pause = SHORTEST_LIFE_MS - (performance.now() - this.#startedAt);
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    // Somebody else may have cut the power meanwhile.
    if (this.#worker !== worker) return;
    const name = Object.entries(RESET_CAUSE).find(([, value]) => value === cause)?.[0];
    await this.powerCycle(isResetCause(name) ? name : 'hard');
  }

  /** The VM itself failed, as a board's firmware can: the board starts again. */
  #crashed(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#parts.log(`${this.#parts.name}: MicroPython stopped and is started again: ${error.message}`);
    void this.#resetItself(RESET_CAUSE.exception);
  }
}

function isResetCause(name: string | undefined): name is keyof typeof RESET_CAUSE {
  return name !== undefined && name in RESET_CAUSE;
}
