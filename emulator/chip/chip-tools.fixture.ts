/** What tests of the chip share: esptool-js at its port, and a terminal that waits for text with a deadline. */
import { createHash } from 'node:crypto';
import { ESPLoader, Transport } from 'esptool-js';
import type { Chip, EmulatedSerialPort } from './chip.ts';

const DEADLINE_MS = 20_000;
const QUIET = { clean: () => undefined, writeLine: () => undefined, write: () => undefined };

export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** Connected, with the stub running. */
export async function connectTool(port: EmulatedSerialPort, baudrate = 115_200) {
  // Its types ask for more of a SerialPort than it uses.
  const transport = new Transport(port as never, false);
  // It narrates on the console, whatever it is told.
  transport.trace = () => undefined;
  const loader = new ESPLoader({ transport, baudrate, romBaudrate: 115_200, terminal: QUIET });
  const chip = await loader.main();
  return { loader, transport, chip };
}

export async function writeImage(loader: ESPLoader, image: Uint8Array, address = 0): Promise<void> {
  await loader.writeFlash({
    fileArray: [{ data: image, address }],
    flashMode: 'keep',
    flashFreq: 'keep',
    flashSize: 'detect',
    eraseAll: false,
    compress: true,
    calculateMD5Hash: md5,
  });
}

/** A person at a terminal program. */
export class Terminal {
  readonly #port: EmulatedSerialPort;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = '';
  #wake: () => void = () => undefined;
  readonly ended: Promise<unknown>;

  private constructor(port: EmulatedSerialPort, reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#port = port;
    this.#reader = reader;
    this.ended = this.#pump().catch((error: unknown) => error);
  }

  static async open(port: EmulatedSerialPort, baudRate = 115_200): Promise<Terminal> {
    await port.open({ baudRate });
    const reader = port.readable?.getReader();
    if (reader === undefined) throw new Error('The open port has nothing to read from.');
    return new Terminal(port, reader);
  }

  get text(): string {
    return this.#text;
  }

  async type(text: string | Uint8Array): Promise<void> {
    const writer = this.#port.writable?.getWriter();
    await writer?.write(typeof text === 'string' ? Buffer.from(text) : text);
    writer?.releaseLock();
  }

  /** What was said up to and with `wanted`, which is then over. */
  async until(wanted: string | RegExp, what = String(wanted)): Promise<string> {
    const deadline = setTimeout(() => this.#wake(), DEADLINE_MS);
    try {
      const start = performance.now();
      for (;;) {
        const at = typeof wanted === 'string' ? this.#text.indexOf(wanted) : this.#text.search(wanted);
        if (at >= 0) {
          const length = typeof wanted === 'string' ? wanted.length : (wanted.exec(this.#text)?.[0].length ?? 0);
          const said = this.#text.slice(0, at + length);
          this.#text = this.#text.slice(at + length);
          return said;
        }
        if (performance.now() - start > DEADLINE_MS - 50)
          throw new Error(`Waited for ${what}, got ${JSON.stringify(this.#text.slice(-600))}`);
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
    await this.ended;
    this.#reader.releaseLock();
    await this.#port.close();
  }

  async #pump(): Promise<void> {
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) return;
      this.#text += Buffer.from(value).toString('latin1');
      this.#wake();
    }
  }
}

/** RST by the lines, as a terminal program does it. */
export async function pulseReset(chip: Chip): Promise<void> {
  await chip.port.setSignals({ dataTerminalReady: false, requestToSend: true });
  await chip.port.setSignals({ dataTerminalReady: false, requestToSend: false });
}
