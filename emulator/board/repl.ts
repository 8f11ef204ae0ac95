/**
 * Bytes from the UART to the VM's REPL: friendly and raw mode are its own; raw paste is done here, because the VM's reader of it
 * expects a blocking input that this build does not have (pyexec.c: window of 128 bytes, flow control by \x01).
 */
import type { SerialConsole } from './serial-console.ts';
import type { Vm } from './vm.ts';

const CTRL_A = 1;
const CTRL_B = 2;
const CTRL_C = 3;
const CTRL_D = 4;
const CTRL_E = 5;
const WINDOW = 128;
const OK_BYTES = 2;

export class Repl {
  readonly #console: SerialConsole;
  #vm: Vm | undefined;
  #isRaw = false;
  /** Bytes of a possible request for raw paste (Ctrl-E A Ctrl-A), which counts at the start of a line only. */
  #request: number[] = [];
  #atLineStart = true;
  #paste: number[] | undefined;

  constructor(console: SerialConsole) {
    this.#console = console;
  }

  get isRaw(): boolean {
    return this.#isRaw;
  }

  /** After a power-up or a soft reset, when boot.py and main.py have ended. */
  begin(vm: Vm, afterSoftReset: boolean): void {
    this.#vm = vm;
    this.#request = [];
    this.#atLineStart = true;
    if (afterSoftReset && this.#isRaw) {
      this.#console.hide(Number.POSITIVE_INFINITY);
      vm.python.replInit();
      vm.python.replProcessChar(CTRL_A);
      this.#console.hide(0);
      this.#console.print('raw REPL; CTRL-B to exit\r\n>');
      return;
    }
    // A board prints the empty line before the banner at power-up only.
    this.#console.hide(afterSoftReset ? 2 : 0);
    vm.python.replInit();
    this.#console.hide(0);
  }

  /** Answers true when the board is to be soft reset. */
  feed(byte: number): boolean {
    if (this.#paste !== undefined) return this.#feedPaste(byte);
    if (this.#isRaw) return this.#feedRaw(byte);
    if (byte === CTRL_A) {
      this.#isRaw = true;
      this.#atLineStart = true;
    }
    return this.#pass(byte);
  }

  #pass(byte: number): boolean {
    return this.#vm !== undefined && this.#vm.python.replProcessChar(byte) !== 0;
  }

  #feedRaw(byte: number): boolean {
    const expected = [CTRL_E, 'A'.charCodeAt(0), CTRL_A][this.#request.length];
    if (this.#atLineStart && byte === expected) {
      this.#request.push(byte);
      if (this.#request.length === 3) this.#beginPaste();
      return false;
    }
    const held = this.#request;
    this.#request = [];
    if (held.length > 0) {
      this.#atLineStart = false;
      for (const each of held) this.#pass(each);
    }
    if (byte === CTRL_B) this.#isRaw = false;
    this.#atLineStart = byte <= CTRL_D;
    return this.#pass(byte);
  }

  #beginPaste(): void {
    this.#request = [];
    this.#paste = [];
    this.#console.printBytes(['R'.charCodeAt(0), 1, WINDOW, 0, 1]);
  }

  #feedPaste(byte: number): boolean {
    const paste = this.#paste ?? [];
    if (byte === CTRL_D || byte === CTRL_C) {
      this.#paste = undefined;
      this.#console.printBytes([CTRL_D]);
      return this.#runPaste(byte === CTRL_C ? [] : paste);
    }
    paste.push(byte);
    if (paste.length % WINDOW === 0) this.#console.printBytes([1]);
    return false;
  }

  /** As raw mode, whose `OK` the paste protocol does not have. */
  #runPaste(code: readonly number[]): boolean {
    for (const byte of code) this.#pass(byte);
    this.#console.hide(OK_BYTES);
    const forcedExit = this.#pass(CTRL_D);
    this.#console.hide(0);
    return forcedExit && code.length > 0;
  }
}
