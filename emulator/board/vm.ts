/**
 * One MicroPython VM in this thread: the rewritten module (emulator/vm/) started by the npm package's own glue, with the
 * imports exchanged that a board does differently. There can be one at a time in a thread, since the glue keeps
 * its state in globals; a soft reset loads the next one.
 */

import type { EmscriptenFs, MicroPython } from '@micropython/micropython-webassembly-pyscript/micropython.mjs';
import { loadMicroPython } from '@micropython/micropython-webassembly-pyscript/micropython.mjs';

export interface VmExports {
  readonly memory: WebAssembly.Memory;
  mp_sched_keyboard_interrupt(): void;
  /** 0 when the queue of four is full. */
  mp_sched_schedule(callback: number, argument: number): number;
  /** MP_HANDLE_PENDING_…: runs the next callback, and raises or clears a pending exception. */
  mp_handle_pending(behaviour: number): void;
  mp_hal_get_interrupt_char(): number;
}

export interface VmCallbacks {
  /** The VM handles pending events: the scheduler was rung. */
  onPending(): void;
  /** Standard output or error, exactly one write of the VM. The bytes are in its memory and stay there during the call. */
  onOutput(address: number, length: number): void;
  /** Standard input: at least one byte, or undefined when the VM has events to handle first. */
  onInput(length: number): Uint8Array | undefined;
  onSync(fd: number): void;
}

export interface Vm {
  readonly python: MicroPython;
  readonly fs: EmscriptenFs;
  readonly exports: VmExports;
  readonly bytes: Uint8Array;
}

type WasmFunction = (...args: number[]) => number;
type Imports = Record<string, Record<string, WasmFunction>>;

/** pystack is where this build keeps Python frames that an ESP8266 keeps on its 8 KB C stack: about 48 calls deep. */
const PYSTACK_WORDS = 512;
/** WASI's EINTR: the VM handles pending exceptions and tries again. */
const WASI_EINTR = 27;

export async function loadVm(module: WebAssembly.Module, heapBytes: number, callbacks: VmCallbacks): Promise<Vm> {
  const instantiate = WebAssembly.instantiate;
  const started: { exports?: VmExports } = {};
  const startRewritten = async (_npmBytes: unknown, imports: Imports) => {
    exchangeImports(imports, callbacks, () => started.exports?.memory.buffer ?? new ArrayBuffer(0));
    const instance = await instantiate(module, imports);
    started.exports = instance.exports as unknown as VmExports;
    return { module, instance };
  };
  // The glue fetches and instantiates its own file; there is no option to hand it another one.
  Object.assign(WebAssembly, { instantiate: startRewritten });
  try {
    const python = await loadMicroPython({ heapsize: heapBytes, pystack: PYSTACK_WORDS, linebuffer: false });
    if (started.exports === undefined) throw new Error('The WebAssembly MicroPython was not instantiated.');
    const bytes = new Uint8Array(started.exports.memory.buffer);
    nameThePlatform(bytes);
    return { python, fs: python.FS, exports: started.exports, bytes };
  } finally {
    Object.assign(WebAssembly, { instantiate });
  }
}

function exchangeImports(imports: Imports, callbacks: VmCallbacks, memory: () => ArrayBufferLike): void {
  const env = imports.env ?? {};
  const wasi = imports.wasi_snapshot_preview1 ?? {};
  translateErrors(env, '__syscall_', -1);
  translateErrors(wasi, 'fd_', 1);
  const { fd_write: write, fd_read: read, fd_sync: sync } = wasi;
  if (write === undefined || read === undefined || sync === undefined) {
    throw new Error('The WebAssembly MicroPython asks for other imports than the emulator knows.');
  }
  env.on_pending = () => {
    callbacks.onPending();
    return 0;
  };
  wasi.fd_write = (fd = 0, vectors = 0, count = 0, done = 0) => {
    if (fd !== 1 && fd !== 2) return write(fd, vectors, count, done);
    const view = new DataView(memory());
    let total = 0;
    for (let at = vectors; at < vectors + 8 * count; at += 8) {
      const length = view.getUint32(at + 4, true);
      if (length > 0) callbacks.onOutput(view.getUint32(at, true), length);
      total += length;
    }
    view.setUint32(done, total, true);
    return 0;
  };
  wasi.fd_read = (fd = 0, vectors = 0, count = 0, done = 0) => {
    if (fd !== 0) return read(fd, vectors, count, done);
    const view = new DataView(memory());
    const input = callbacks.onInput(view.getUint32(vectors + 4, true));
    if (input === undefined) return WASI_EINTR;
    new Uint8Array(memory()).set(input, view.getUint32(vectors, true));
    view.setUint32(done, input.length, true);
    return 0;
  };
  wasi.fd_sync = (fd = 0) => {
    callbacks.onSync(fd);
    return sync(fd);
  };
}

/** Error numbers of WASI, which this build's files use, and those of every other port (py/mperrno.h). */
const ERROR_NUMBERS = new Map([
  [2, 13],
  [8, 9],
  [10, 16],
  [20, 17],
  [28, 22],
  [29, 5],
  [31, 21],
  [44, 2],
  [51, 28],
  [54, 20],
  [55, 39],
  [63, 1],
]);

/** A system call answers -errno, a WASI call errno; the glue has both in one object. */
function translateErrors(imports: Record<string, WasmFunction>, prefix: string, sign: 1 | -1): void {
  for (const name of Object.keys(imports).filter((each) => each.startsWith(prefix))) {
    const call = imports[name];
    if (call === undefined) continue;
    imports[name] = (...args) => {
      const result = call(...args);
      const number = ERROR_NUMBERS.get(sign * result);
      return number === undefined ? result : sign * number;
    };
  }
}

const BUILD_PLATFORM = 'webassembly';
const BOARD_PLATFORM = 'esp8266';
const STATIC_DATA_BYTES = 262_144;

/** sys.platform is a constant string of the build; programs for the board decide by it what to do. */
function nameThePlatform(memory: Uint8Array): void {
  const data = Buffer.from(memory.slice(0, STATIC_DATA_BYTES));
  const text = data.indexOf(`\0${BUILD_PLATFORM}\0`, 0, 'latin1') + 1;
  const reference = Buffer.alloc(8);
  reference.writeUInt32LE(BUILD_PLATFORM.length, 0);
  reference.writeUInt32LE(text, 4);
  const object = data.indexOf(reference);
  if (text === 0 || object < 0) throw new Error('sys.platform was not found in the WebAssembly MicroPython.');
  memory.set(Buffer.from(`${BOARD_PLATFORM}\0`, 'latin1'), text);
  memory[object] = BOARD_PLATFORM.length;
}
