/**
 * The JavaScript half of the firmware: module `_host`, which the Python files in emulator/firmware/ import. Only integers and strings
 * pass between the two languages; a buffer is an address and a length in the VM's memory, since a proxied object
 * would be freed by the event loop only, which a board's thread never reaches.
 */
import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import type { FileTree, WorkerMessage, WorkerStart } from './messages.ts';
import type { ConsoleStream, SerialConsole } from './serial-console.ts';
import type { SharedMemory } from './shared-memory.ts';
import { WORD } from './shared-memory.ts';
import { socketFunctions } from './socket-functions.ts';
import type { Vm } from './vm.ts';
import type { Waiting } from './waiting.ts';
import type { Wifi } from './wifi.ts';

export interface HostContext {
  readonly start: WorkerStart;
  readonly shared: SharedMemory;
  readonly waiting: Waiting;
  readonly console: SerialConsole;
  readonly wifi: Wifi;
  readonly post: (message: WorkerMessage) => void;
  readonly tellMain: () => void;
  readonly vm: () => Vm;
  /** The address of the Python function that serves sockets and timers, once the firmware has one. */
  readonly setPump: (address: number) => void;
  readonly files: () => FileTree;
}

const NEVER = new Int32Array(new SharedArrayBuffer(4));

export function hostFunctions(context: HostContext) {
  const { shared, waiting, post } = context;
  const memory = () => context.vm().bytes;
  return {
    ...socketFunctions({ shared, post, tellMain: context.tellMain, memory, isOnline: () => context.wifi.isConnected }),
    ...wifiFunctions(context.wifi),
    ...consoleFunctions(context),
    ...cryptoFunctions(memory),
    wait(milliseconds: number): void {
      waiting.wait(milliseconds);
    },
    pump(address: number): void {
      context.setPump(address);
    },
    timer(index: number, periodMs: number, repeat: number): void {
      if (periodMs === 0) Atomics.and(shared.words, WORD.timersDue, ~(1 << index));
      post({ kind: 'timer', timer: index, periodMs, repeat: repeat !== 0 });
    },
    timers_due(): number {
      return shared.take(WORD.timersDue);
    },
    /** Never returns: the main thread ends this worker and starts the next. */
    reset(cause: number): void {
      post({ kind: 'reset', cause });
      for (;;) Atomics.wait(NEVER, 0, 0);
    },
    reset_cause: () => context.start.resetCause,
    board_name: () => context.start.name,
    chip_byte: (index: number) => context.start.chipId[index] ?? 0,
    flash_bytes: () => context.start.flash.sizeBytes,
    files_at: () => context.start.flash.filesAt,
    files_bytes: () => context.start.flash.filesBytes,
    used_blocks(blockBytes: number): number {
      let blocks = 0;
      for (const content of context.files().values()) blocks += Math.ceil((content?.length ?? 1) / blockBytes);
      return blocks;
    },
  };
}

function wifiFunctions(wifi: Wifi) {
  return {
    wifi_is_active: (wlan: number) => (wifi.isActive(wlan) ? 1 : 0),
    wifi_set_active(wlan: number, isOn: number): void {
      wifi.setActive(wlan, isOn !== 0);
    },
    wifi_connect(ssid: string, password: string): void {
      wifi.connect(ssid, password);
    },
    wifi_disconnect(): void {
      wifi.disconnect();
    },
    wifi_status: () => wifi.status(),
    wifi_rssi: () => wifi.rssi(),
    wifi_ssid: () => wifi.ssid,
    /** JSON: a list of names and strengths. */
    wifi_scan: () =>
      JSON.stringify(wifi.scan().map(({ ssid, password, rssi = -50 }) => [ssid, rssi, password === '' ? 0 : 3])),
  };
}

function consoleFunctions({ console, waiting, vm }: HostContext) {
  return {
    /** os.dupterm, both slots at once. */
    console_stream(stream: ConsoleStream | null, uartIsOn: number): void {
      console.setStream(stream ?? undefined, uartIsOn !== 0);
    },
    console_feed(byte: number): void {
      console.feed(byte);
    },
    console_has_input: () => (console.hasInput() ? 1 : 0),
    /** A byte of standard input, -1 when there is none; waits a little for one. */
    console_read(): number {
      const byte = console.readByte();
      if (byte === undefined) waiting.wait(-1);
      return byte ?? -1;
    },
    interrupt_char: () => vm().exports.mp_hal_get_interrupt_char(),
    interrupt: () => vm().exports.mp_sched_keyboard_interrupt(),
  };
}

const AES_CBC = 2;
const AES_BLOCK = 16;

function cryptoFunctions(memory: () => Uint8Array) {
  const at = (address: number, length: number) => memory().subarray(address, address + length);
  return {
    random(address: number, length: number): void {
      // getrandom of Node does not take shared memory.
      at(address, length).set(randomFillSync(new Uint8Array(length)));
    },
    /** One call of the cipher; in CBC mode the chaining block at `iv` is replaced by the one for the next call. */
    aes(
      key: number,
      keyLength: number,
      mode: number,
      iv: number,
      input: number,
      length: number,
      out: number,
      encrypt: number,
    ): void {
      const algorithm = `aes-${keyLength * 8}-${mode === AES_CBC ? 'cbc' : 'ecb'}`;
      const chaining = mode === AES_CBC ? at(iv, AES_BLOCK).slice() : null;
      const source = at(input, length).slice();
      const make = encrypt ? createCipheriv : createDecipheriv;
      const result = make(algorithm, at(key, keyLength).slice(), chaining).setAutoPadding(false).update(source);
      at(out, length).set(result);
      if (chaining !== null) at(iv, AES_BLOCK).set((encrypt ? result : source).subarray(-AES_BLOCK));
    },
  };
}
