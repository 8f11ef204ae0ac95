/** The chip's cable as the browser's Web Serial API shows it: the members of the W3C's SerialPort, and its errors. */
import type { Esp8266 } from './esp8266.ts';
import { heardAt } from './line-bits.ts';

export interface OpenOptions {
  readonly baudRate: number;
  readonly bufferSize?: number | undefined;
}

export interface OutputSignals {
  readonly dataTerminalReady?: boolean | undefined;
  readonly requestToSend?: boolean | undefined;
  readonly break?: boolean | undefined;
}

/** The CH340 of most of these boards. */
const USB_INFO = { usbVendorId: 0x1a86, usbProductId: 0x7523 } as const;
/** The default of the specification. */
const BUFFER_BYTES = 255;

const lost = () => new DOMException('The device has been lost.', 'NetworkError');
const notOpen = () => new DOMException('The port is closed.', 'InvalidStateError');

export class EmulatedSerialPort extends EventTarget {
  readonly #chip: Esp8266;
  #baud = 0;
  #bufferBytes = BUFFER_BYTES;
  #readable: ReadableStream<Uint8Array> | undefined;
  #writable: WritableStream<Uint8Array> | undefined;
  #reading: ReadableStreamDefaultController<Uint8Array> | undefined;
  #writing: WritableStreamDefaultController | undefined;
  #isPlugged = true;
  /** Another program has the port open. */
  isBusy = false;
  onconnect: ((event: Event) => void) | null = null;
  ondisconnect: ((event: Event) => void) | null = null;

  constructor(chip: Esp8266) {
    super();
    this.#chip = chip;
    this.addEventListener('connect', (event) => this.onconnect?.(event));
    this.addEventListener('disconnect', (event) => this.ondisconnect?.(event));
  }

  get connected(): boolean {
    return this.#isPlugged;
  }

  getInfo(): { usbVendorId: number; usbProductId: number } {
    return { ...USB_INFO };
  }

  /** A stream that was cancelled is followed by a new one, as long as the port is open. */
  get readable(): ReadableStream<Uint8Array> | null {
    if (this.#baud === 0) return null;
    this.#readable ??= new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#reading = controller;
        },
        cancel: () => {
          this.#readable = undefined;
          this.#reading = undefined;
        },
      },
      { highWaterMark: this.#bufferBytes, size: (chunk) => chunk.length },
    );
    return this.#readable;
  }

  get writable(): WritableStream<Uint8Array> | null {
    if (this.#baud === 0) return null;
    const forget = () => {
      this.#writable = undefined;
      this.#writing = undefined;
    };
    this.#writable ??= new WritableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#writing = controller;
        },
        write: (chunk) => this.#write(chunk),
        close: forget,
        abort: forget,
      },
      { highWaterMark: this.#bufferBytes, size: (chunk) => chunk.length },
    );
    return this.#writable;
  }

  async open({ baudRate, bufferSize = BUFFER_BYTES }: OpenOptions): Promise<void> {
    if (this.#baud !== 0) throw new DOMException('The port is already open.', 'InvalidStateError');
    if (!(baudRate > 0) || !(bufferSize > 0)) throw new TypeError('A port needs a baud rate and a buffer.');
    if (!this.#isPlugged || this.isBusy) throw new DOMException('Failed to open serial port.', 'NetworkError');
    this.#baud = baudRate;
    this.#bufferBytes = bufferSize;
    this.#chip.connectHost((bytes, baud) => this.#receive(bytes, baud));
    // Drivers assert both lines when they open, which the auto-reset circuit ignores.
    this.#chip.setLines({ dtr: true, rts: true });
  }

  async close(): Promise<void> {
    // A second close, and one after the device was lost, have nothing to do.
    if (this.#baud === 0) return;
    if (this.#readable?.locked || this.#writable?.locked)
      throw new TypeError('Cannot close a port with a locked stream.');
    const readable = this.#readable;
    const writable = this.#writable;
    await Promise.all([readable?.cancel(), writable?.abort()]);
    this.#forgetStreams();
    this.#chip.connectHost(() => undefined);
    this.#chip.setLines({ dtr: false, rts: false });
  }

  async setSignals(signals: OutputSignals): Promise<void> {
    if (!this.#isPlugged) throw lost();
    if (this.#baud === 0) throw notOpen();
    const { dtr, rts } = this.#chip.lines;
    this.#chip.setLines({ dtr: signals.dataTerminalReady ?? dtr, rts: signals.requestToSend ?? rts });
  }

  async getSignals() {
    if (this.#baud === 0) throw notOpen();
    return { dataCarrierDetect: false, clearToSend: false, ringIndicator: false, dataSetReady: false };
  }

  async forget(): Promise<void> {
    await this.close();
  }

  /** The cable is pulled out: whatever waits for the port learns it now. */
  unplug(): void {
    if (!this.#isPlugged) return;
    this.#isPlugged = false;
    const [reading, writing] = [this.#reading, this.#writing];
    this.#forgetStreams();
    reading?.error(lost());
    writing?.error(lost());
    this.dispatchEvent(new Event('disconnect', { bubbles: true }));
  }

  plug(): void {
    if (this.#isPlugged) return;
    this.#isPlugged = true;
    this.dispatchEvent(new Event('connect', { bubbles: true }));
  }

  #forgetStreams(): void {
    this.#baud = 0;
    this.#readable = undefined;
    this.#writable = undefined;
    this.#reading = undefined;
    this.#writing = undefined;
  }

  #receive(bytes: Uint8Array, baud: number): void {
    // The getter makes the stream that the bytes wait in until somebody reads it.
    if (this.readable === null) return;
    const heard = heardAt(bytes, baud, this.#baud);
    if (heard.length > 0) this.#reading?.enqueue(Uint8Array.from(heard));
  }

  async #write(chunk: Uint8Array): Promise<void> {
    await this.#chip.send(chunk, this.#baud);
    if (!this.#isPlugged) throw lost();
  }
}
