/**
 * One open port and the only owner of its streams. Whatever waits on it (the chip's loader, a REPL, the console) ends at once when
 * the cable is pulled or the person cancels, and closing never waits for a lock somebody holds.
 */
import type { ByteStream } from '../repl/byte-stream.ts';
import { FlashFailure, wordsOf } from './failures.ts';
import type { FlashPort, PortSignals } from './port.ts';

/** Chrome's 255 overflow at 460800 baud while a page paints. */
const BUFFER_BYTES = 16 * 1024;
/** The line noise that a chip's start at 74880 baud is; the port goes on with a new stream. */
const RECOVERABLE = new Set(['BufferOverrunError', 'FramingError', 'BreakError', 'ParityError']);

/** A port that has not closed by then is left to its driver. */
const CLOSE_MS = 2_000;

interface Listener {
  readonly onBytes: (bytes: Uint8Array) => void;
  readonly onEnd: (reason: Error) => void;
}

export class SerialLine implements ByteStream {
  readonly #port: FlashPort;
  readonly #listeners = new Set<Listener>();
  #baud: number;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #pump: Promise<void> = Promise.resolve();
  #isPaused = false;
  #ended: Error | undefined;
  readonly #onDisconnect = (): void => this.end(new FlashFailure('unplugged'));

  private constructor(port: FlashPort, baud: number) {
    this.#port = port;
    this.#baud = baud;
  }

  static async open(port: FlashPort, baud: number): Promise<SerialLine> {
    await openPort(port, baud);
    const line = new SerialLine(port, baud);
    port.addEventListener('disconnect', line.#onDisconnect);
    line.#pump = line.#read();
    return line;
  }

  get baud(): number {
    return this.#baud;
  }

  /** Why it ended; undefined while it is open. */
  get reason(): Error | undefined {
    return this.#ended;
  }

  get portInfo(): { readonly usbVendorId?: number; readonly usbProductId?: number } {
    return this.#port.getInfo();
  }

  listen(onBytes: (bytes: Uint8Array) => void, onEnd: (reason: Error) => void): () => void {
    const listener = { onBytes, onEnd };
    if (this.#ended) onEnd(this.#ended);
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#ended) throw this.#ended;
    const writer = this.#port.writable?.getWriter();
    if (!writer) throw new FlashFailure('port_gone');
    try {
      await this.orEnd(writer.write(bytes));
    } catch (error) {
      throw this.#ended ?? new FlashFailure('unplugged', wordsOf(error), { cause: error });
    } finally {
      writer.releaseLock();
    }
  }

  async setSignals(signals: PortSignals): Promise<void> {
    if (this.#ended) throw this.#ended;
    await this.orEnd(this.#port.setSignals(signals));
  }

  /** The same port at another speed, which in Web Serial is only possible by opening it anew. */
  async setBaud(baud: number): Promise<void> {
    if (this.#ended) throw this.#ended;
    if (baud === this.#baud) return;
    await this.#pause();
    await this.#port.close();
    await openPort(this.#port, baud);
    this.#baud = baud;
    this.#isPaused = false;
    this.#pump = this.#read();
  }

  /** Fails with the line's end if that comes before the promise settles. */
  orEnd<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = this.listen(() => undefined, reject);
      promise.then(resolve, reject).finally(stop);
    });
  }

  /** Nothing more is sent or received; everybody who waits hears `reason`. */
  end(reason: Error): void {
    if (this.#ended) return;
    this.#ended = reason;
    for (const { onEnd } of [...this.#listeners]) onEnd(reason);
    this.#listeners.clear();
  }

  /** Leaves the port closed, whatever state it is in. */
  async close(): Promise<void> {
    this.end(new FlashFailure('port_gone'));
    this.#port.removeEventListener('disconnect', this.#onDisconnect);
    await this.#pause();
    // A write that the device never takes keeps an abort waiting, and some ports their close with it.
    this.#port.writable?.abort().catch(() => undefined);
    await atMost(
      CLOSE_MS,
      this.#port.close().catch(() => undefined),
    );
  }

  async #pause(): Promise<void> {
    this.#isPaused = true;
    await this.#reader?.cancel().catch(() => undefined);
    await this.#pump;
  }

  async #read(): Promise<void> {
    while (this.#port.readable && !this.#isPaused) {
      const reader = this.#port.readable.getReader();
      this.#reader = reader;
      try {
        await this.#readAll(reader);
        if (!this.#isPaused) this.end(new FlashFailure('port_gone'));
      } catch (error) {
        if (!(error instanceof Error && RECOVERABLE.has(error.name))) {
          this.end(new FlashFailure('unplugged', wordsOf(error), { cause: error }));
        }
      } finally {
        this.#reader = undefined;
        reader.releaseLock();
      }
      if (this.#ended) return;
    }
  }

  async #readAll(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      for (const { onBytes } of [...this.#listeners]) onBytes(value);
    }
  }
}

async function atMost(ms: number, promise: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, limit]);
  clearTimeout(timer);
}

async function openPort(port: FlashPort, baudRate: number): Promise<void> {
  try {
    await port.open({ baudRate, bufferSize: BUFFER_BYTES });
  } catch (error) {
    throw new FlashFailure(codeOfOpening(error), wordsOf(error), { cause: error });
  }
}

/** Browsers say little more than "failed"; Node's ports bring the system's own words. */
function codeOfOpening(error: unknown): 'port_refused' | 'port_gone' | 'port_busy' {
  const name = error instanceof Error ? error.name : '';
  const words = wordsOf(error);
  if (/EACCES|permission|access denied/i.test(words) || name === 'SecurityError' || name === 'NotAllowedError') {
    return 'port_refused';
  }
  return /ENOENT|no such file|not found|has been lost/i.test(words) || name === 'NotFoundError'
    ? 'port_gone'
    : 'port_busy';
}
