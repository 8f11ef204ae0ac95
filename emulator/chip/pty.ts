/**
 * The chip on a pseudo-terminal, for programs of this computer: esptool, mpremote, `mbm board-flash`. A pseudo-terminal has a baud rate
 * but no DTR and RTS, so somebody has to press the chip's buttons (docs/decisions/0007-emulated-chip.md). The terminal itself is
 * held by a small Python process, pty_bridge.py.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Cable } from './esp8266.ts';
import { heardAt } from './line-bits.ts';

export interface PseudoTerminal {
  /** What a program opens: /dev/pts/… */
  readonly path: string;
  stop(): Promise<void>;
}

const BRIDGE = fileURLToPath(new URL('./pty_bridge.py', import.meta.url));
const HEADER_BYTES = 6;
const FIRST_BAUD = 115_200;

/** Takes the chip's cable: what was connected to it before hears nothing any more. */
export async function offerOnPty(cable: Cable): Promise<PseudoTerminal> {
  const bridge = spawn('python3', [BRIDGE], { stdio: ['pipe', 'pipe', 'pipe'] });
  const host = new PtyHost(bridge, cable);
  const path = await host.started;
  return {
    path,
    async stop() {
      cable.connectHost(() => undefined);
      if (bridge.exitCode !== null) return;
      bridge.stdin.end();
      await once(bridge, 'exit');
    },
  };
}

class PtyHost {
  /** The terminal's name. */
  readonly started: Promise<string>;
  readonly #cable: Cable;
  #received: Buffer = Buffer.alloc(0);
  #name: string | undefined;
  #baud = FIRST_BAUD;

  constructor(bridge: ChildProcessWithoutNullStreams, cable: Cable) {
    this.#cable = cable;
    let complaint = '';
    bridge.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    // It may end before it has heard everything.
    bridge.stdin.on('error', () => undefined);
    this.started = new Promise((resolve, reject) => {
      bridge.once('error', (cause) => reject(new Error('A pseudo-terminal needs python3 on the PATH.', { cause })));
      bridge.once('exit', () => reject(new Error(`The pseudo-terminal could not be made: ${complaint}`)));
      bridge.stdout.on('data', (bytes: Buffer) => {
        this.#received = Buffer.concat([this.#received, bytes]);
        if (this.#name === undefined) this.#readName(resolve);
        if (this.#name !== undefined) this.#readPackets();
      });
    });
    cable.connectHost((bytes, baud) => {
      const heard = heardAt(bytes, baud, this.#baud);
      if (heard.length > 0 && bridge.stdin.writable) bridge.stdin.write(heard);
    });
  }

  #readName(tell: (name: string) => void): void {
    const end = this.#received.indexOf('\n');
    if (end < 0) return;
    this.#name = this.#received.subarray(0, end).toString();
    this.#received = this.#received.subarray(end + 1);
    tell(this.#name);
  }

  #readPackets(): void {
    while (this.#received.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + this.#received.readUInt16LE(4);
      if (this.#received.length < end) return;
      this.#baud = this.#received.readUInt32LE(0) || FIRST_BAUD;
      const bytes = Uint8Array.from(this.#received.subarray(HEADER_BYTES, end));
      this.#received = this.#received.subarray(end);
      if (bytes.length > 0) void this.#cable.send(bytes, this.#baud);
    }
  }
}
