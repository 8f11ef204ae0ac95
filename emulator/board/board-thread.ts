/**
 * One power-up of a board, in its own thread: loads a VM, gives it the firmware and the files, runs boot.py and main.py, then the
 * REPL, until the main thread ends the thread. Soft resets happen here; machine.reset() is a new thread.
 */
import { FLASH, FlashWatch } from './flash-watch.ts';
import { hostFunctions } from './host-functions.ts';
import type { FileChange, FileTree, WorkerMessage, WorkerStart } from './messages.ts';
import { Repl } from './repl.ts';
import { isPythonError, SerialConsole } from './serial-console.ts';
import { SharedMemory, SOCKET, SOCKET_STATE, WORD } from './shared-memory.ts';
import type { Vm } from './vm.ts';
import { loadVm } from './vm.ts';
import { Waiting } from './waiting.ts';
import { Wifi } from './wifi.ts';

/** What firmware/*.py keeps in the VM's heap; on a board the same things are in flash. Measured by virtual-board.test.ts. */
export const FIRMWARE_HEAP_BYTES = 15_856;
/** MP_OBJ_NEW_SMALL_INT(0): the argument of a scheduled callback. */
const SMALL_INT_ZERO = 1;
/** MP_HANDLE_PENDING_CALLBACKS_AND_CLEAR_EXCEPTIONS. */
const CLEAR_EXCEPTIONS = 2;
const MOST_INPUT = 256;

export class BoardThread {
  readonly #start: WorkerStart;
  readonly #post: (message: WorkerMessage) => void;
  readonly #shared: SharedMemory;
  readonly #waiting: Waiting;
  readonly #console: SerialConsole;
  readonly #repl: Repl;
  readonly #flash: FlashWatch;
  /** Soft resets leave it alone. */
  readonly #wifi: Wifi;
  #vm: Vm | undefined;
  #pump = 0;

  constructor(start: WorkerStart, post: (message: WorkerMessage) => void) {
    this.#start = start;
    this.#post = post;
    this.#shared = new SharedMemory(start.shared);
    this.#waiting = new Waiting(this.#shared, start.addresses);
    this.#console = new SerialConsole(this.#shared, this.#waiting, () => this.#tellMain());
    this.#repl = new Repl(this.#console);
    this.#wifi = new Wifi(start.wifi, (settings) => post({ kind: 'wifi', settings }));
    this.#flash = new FlashWatch((change: FileChange) => {
      Atomics.add(this.#shared.words, WORD.filesTold, 1);
      post({ kind: 'file', change });
    });
  }

  /** Never resolves: a board runs until its power is cut. */
  async run(): Promise<void> {
    let vm = await this.#power(this.#start.files);
    this.#begin(vm, false);
    for (;;) {
      if (!this.#serve(vm)) continue;
      const files = readFiles(vm);
      this.#releaseSockets();
      this.#console.print('MPY: soft reboot\r\n');
      vm = await this.#power(files);
      this.#begin(vm, true);
    }
  }

  async #power(files: FileTree): Promise<Vm> {
    this.#pump = 0;
    const vm = await loadVm(this.#start.vm, this.#start.heapBytes + FIRMWARE_HEAP_BYTES, {
      onPending: () => this.#onPending(),
      onOutput: (address, length) => this.#console.output(address, length),
      onInput: (length) => this.#input(length),
      onSync: (fd) => this.#flash.sync(fd),
    });
    this.#vm = vm;
    this.#waiting.attachMemory(vm.exports.memory);
    this.#console.attachVm(vm);
    this.#flash.attach(vm.fs, files);
    this.#loadFirmware(vm);
    this.#post({ kind: 'booted', memory: vm.exports.memory });
    return vm;
  }

  #loadFirmware(vm: Vm): void {
    vm.fs.mkdir('/lib');
    for (const [name, source] of this.#start.firmware) vm.fs.writeFile(`/lib/${name}.py`, source);
    const host = hostFunctions({
      start: this.#start,
      shared: this.#shared,
      waiting: this.#waiting,
      console: this.#console,
      wifi: this.#wifi,
      post: this.#post,
      tellMain: () => this.#tellMain(),
      vm: () => vm,
      setPump: (address) => {
        this.#pump = address;
      },
      files: () => readFiles(vm),
    });
    vm.python.registerJsModule('_host', host);
    vm.python.runPython('import _board');
  }

  #begin(vm: Vm, afterSoftReset: boolean): void {
    // A host that left the REPL in raw mode before the reset does not want main.py.
    const programs = this.#repl.isRaw ? ['boot.py'] : ['boot.py', 'main.py'];
    for (const program of programs) {
      if (this.#runProgram(vm, program)) break;
    }
    this.#repl.begin(vm, afterSoftReset);
  }

  /** Answers whether the program asked for a forced exit. */
  #runProgram(vm: Vm, program: string): boolean {
    try {
      return vm.python.runPython(`__import__('_board').run('${program}')`) === true;
    } catch (error) {
      // A KeyboardInterrupt that came when the program had just ended.
      if (!isPythonError(error)) throw error;
      this.#console.print(error.message.replaceAll(/\r?\n/g, '\r\n'));
      return false;
    }
  }

  /** One round of the board at its prompt; answers true when it is to be soft reset. */
  #serve(vm: Vm): boolean {
    for (let byte = this.#console.readByte(); byte !== undefined; byte = this.#console.readByte()) {
      if (this.#repl.feed(byte)) return true;
    }
    if (!this.#waiting.hasEvents()) this.#waiting.wait(-1);
    // No program runs: a KeyboardInterrupt has nothing to interrupt and is forgotten.
    if (this.#waiting.hasEvents()) vm.exports.mp_handle_pending(CLEAR_EXCEPTIONS);
    return false;
  }

  #onPending(): void {
    this.#waiting.holdWhileFrozen();
    const exports = this.#vm?.exports;
    if (exports === undefined) return;
    if (this.#shared.take(WORD.interrupt) === 1) exports.mp_sched_keyboard_interrupt();
    const timers = this.#shared.get(WORD.timersDue) !== 0;
    const sockets = this.#shared.take(WORD.socketEvent) === 1;
    if (this.#pump === 0 || !(timers || sockets)) return;
    // A full queue loses the event of a socket, as on the board; a timer's bit stays set.
    exports.mp_sched_schedule(this.#pump, SMALL_INT_ZERO);
  }

  /** sys.stdin: waits for a byte; the VM handles whatever else happens, and asks again. */
  #input(length: number): Uint8Array | undefined {
    while (!this.#console.hasInput()) {
      const interrupted = this.#waiting.hasEvents();
      this.#waiting.wait(-1);
      if (interrupted) return undefined;
    }
    const bytes: number[] = [];
    while (bytes.length < Math.min(length, MOST_INPUT)) {
      const byte = this.#console.readByte();
      if (byte === undefined) break;
      // sys_stdio_mphal.c: programs see the line end they know.
      bytes.push(byte === 13 ? 10 : byte);
    }
    return Uint8Array.from(bytes);
  }

  #tellMain(): void {
    if (Atomics.exchange(this.#shared.words, WORD.attention, 1) === 0) this.#post({ kind: 'attention' });
  }

  #releaseSockets(): void {
    this.#shared.sockets.forEach((socket, index) => {
      if (socket.get(SOCKET.state) === SOCKET_STATE.free || socket.get(SOCKET.state) === SOCKET_STATE.closing) return;
      socket.set(SOCKET.state, SOCKET_STATE.closing);
      this.#post({ kind: 'close', socket: index });
    });
    this.#post({ kind: 'soft-reset' });
  }
}

function readFiles(vm: Vm, folder = ''): Map<string, Uint8Array | null> {
  const files = new Map<string, Uint8Array | null>();
  for (const name of vm.fs.readdir(FLASH + folder)) {
    if (name === '.' || name === '..') continue;
    const path = `${folder}/${name}`;
    if (vm.fs.isDir(vm.fs.stat(FLASH + path).mode)) {
      files.set(path, null);
      for (const [inner, content] of readFiles(vm, path)) files.set(inner, content);
    } else files.set(path, vm.fs.readFile(FLASH + path));
  }
  return files;
}
