/**
 * The board's console: what Python prints goes to the UART and to the stream given to os.dupterm, what the UART and
 * os.dupterm_notify bring is standard input. Line ends are made as mp_hal_stdout_tx_strn_cooked makes them.
 */
import type { SharedMemory } from './shared-memory.ts';
import type { Vm } from './vm.ts';
import type { Waiting } from './waiting.ts';

/** A Python function that takes an address and a length in the VM's memory. */
export type ConsoleStream = (address: number, length: number) => void;

const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;

export class SerialConsole {
  readonly #shared: SharedMemory;
  readonly #waiting: Waiting;
  readonly #tellMain: () => void;
  #vm: Vm | undefined;
  #lineEnd = 0;
  #stream: ConsoleStream | undefined;
  #streamIsRunning = false;
  #uartIsOn = true;
  #hiddenBytes = 0;
  readonly #fromStream: number[] = [];

  constructor(shared: SharedMemory, waiting: Waiting, tellMain: () => void) {
    this.#shared = shared;
    this.#waiting = waiting;
    this.#tellMain = tellMain;
  }

  attachVm(vm: Vm): void {
    this.#vm = vm;
    this.#stream = undefined;
    this.#uartIsOn = true;
    this.#fromStream.length = 0;
    this.#lineEnd = vm.python._module._malloc(2);
    vm.bytes.set([CARRIAGE_RETURN, LINE_FEED], this.#lineEnd);
  }

  /** os.dupterm: the stream of slot 0, and whether slot 1 still is the UART. */
  setStream(stream: ConsoleStream | undefined, uartIsOn: boolean): void {
    this.#stream = stream;
    this.#uartIsOn = uartIsOn;
  }

  /** The next bytes of output are not for the outside: replInit and the raw REPL say more than the board would. */
  hide(bytes: number): void {
    this.#hiddenBytes = bytes;
  }

  /** One write of the VM. */
  output(address: number, length: number): void {
    const bytes = this.#vm?.bytes;
    if (bytes === undefined) return;
    let start = address;
    for (let at = address; at < address + length; at++) {
      if (bytes[at] !== LINE_FEED || (at > address && bytes[at - 1] === CARRIAGE_RETURN)) continue;
      this.#put(start, at - start);
      this.#put(this.#lineEnd, 2);
      start = at + 1;
    }
    this.#put(start, address + length - start);
  }

  /** Text of the firmware itself. */
  print(text: string): void {
    this.#toUart(Buffer.from(text));
  }

  printBytes(bytes: readonly number[]): void {
    this.#toUart(Uint8Array.from(bytes));
  }

  hasInput(): boolean {
    return this.#fromStream.length > 0 || this.#shared.uartIn.used > 0;
  }

  /** A byte read from the dupterm stream. */
  feed(byte: number): void {
    this.#fromStream.push(byte);
  }

  readByte(): number | undefined {
    if (this.#fromStream.length > 0) return this.#fromStream.shift();
    const one = new Uint8Array(1);
    return this.#shared.uartIn.read(one) === 1 ? one[0] : undefined;
  }

  #put(address: number, length: number): void {
    if (length === 0 || this.#vm === undefined) return;
    const bytes = this.#vm.bytes.slice(address, address + length);
    const hidden = Math.min(this.#hiddenBytes, length);
    this.#hiddenBytes -= hidden;
    if (hidden === length) return;
    if (this.#uartIsOn) this.#toUart(bytes.subarray(hidden));
    this.#toStream(address + hidden, length - hidden);
  }

  #toUart(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      at += this.#shared.uartOut.write(bytes.subarray(at));
      this.#tellMain();
      if (at < bytes.length) this.#waiting.wait(-1);
    }
  }

  /** The stream's own output, and output of what is scheduled while it runs, goes to the UART alone. */
  #toStream(address: number, length: number): void {
    if (this.#stream === undefined || this.#streamIsRunning) return;
    this.#streamIsRunning = true;
    try {
      this.#stream(address, length);
    } catch (error) {
      // Python's exceptions must not cross the frames of the VM that is just printing.
      if (isPythonError(error, 'KeyboardInterrupt')) this.#vm?.exports.mp_sched_keyboard_interrupt();
      else this.print(`${error instanceof Error ? error.message : String(error)}\r\n`);
    } finally {
      this.#streamIsRunning = false;
    }
  }
}

/** An exception of Python that reached JavaScript; `type` asks for one class. */
export function isPythonError(error: unknown, type?: string): error is Error {
  if (!(error instanceof Error) || error.name !== 'PythonError' || !('type' in error)) return false;
  return type === undefined || error.type === type;
}
