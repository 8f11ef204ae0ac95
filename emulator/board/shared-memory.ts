/**
 * What the two threads of a virtual board share: flags, the UART in both directions and the sockets. The main thread owns
 * the TCP sockets and the timers, the worker runs Python and blocks in Atomics.wait, so neither may wait for the
 * other's event loop. The worker sleeps on WAKE; the main thread is told by an empty message when ATTENTION was clear.
 */
import { ByteRing } from './byte-ring.ts';

/** Words that stand alone. */
export const WORD = {
  /** Counts everything that could interest a sleeping worker. */
  wake: 0,
  /** 1: KeyboardInterrupt is wanted. */
  interrupt: 1,
  /** 1: some socket with a callback has an event. */
  socketEvent: 2,
  /** One bit a timer that is due. */
  timersDue: 3,
  /** 1: the board does nothing until it is 0 again. */
  frozen: 4,
  /** 1: the worker has told the main thread to look at the rings. */
  attention: 5,
  /** Counts the changes of files that the worker has told: what it prints afterwards must not be heard before them. */
  filesTold: 10,
} as const;

const UART_IN_AT = 6;
const UART_OUT_AT = 8;
const SOCKETS_AT = 16;
const SOCKET_WORDS = 16;

/** Words of one socket, after its two rings' heads and tails. */
export const SOCKET = {
  received: 0,
  sending: 2,
  /** SOCKET_STATE. */
  state: 4,
  /** 1: the peer has sent FIN and everything before it is in the ring. */
  ended: 5,
  /** errno when the state is failed. */
  error: 6,
  /** 1: Python has set a data callback. */
  hasCallback: 7,
  /** 1: something arrived since the callback was last run. */
  event: 8,
  /** 1: the main thread holds bytes back because the ring was full. */
  starved: 9,
} as const;

export const SOCKET_STATE = { free: 0, opening: 1, connected: 2, closing: 3, connecting: 4, failed: -1 } as const;

/** lwIP of the ESP8266: MEMP_NUM_TCP_PCB 5, TCP_SND_BUF 2 * MSS, a window of 4 * MSS; a ring keeps one byte empty. */
export const SOCKET_COUNT = 5;
const SENDING_BYTES = 2 * 1460 + 1;
const RECEIVED_BYTES = 4 * 1460 + 1;
/** The board's ring has 256 bytes and loses what a sender without flow control sends faster; here nothing is lost. */
const UART_IN_BYTES = 8192;
const UART_OUT_BYTES = 16_384;

const WORDS = SOCKETS_AT + SOCKET_COUNT * SOCKET_WORDS;
const SHARED_BYTES = 4 * WORDS + UART_IN_BYTES + UART_OUT_BYTES + SOCKET_COUNT * (RECEIVED_BYTES + SENDING_BYTES);

export class SharedSocket {
  readonly received: ByteRing;
  readonly sending: ByteRing;
  readonly #words: Int32Array;
  readonly #at: number;

  constructor(words: Int32Array, index: number, received: Uint8Array, sending: Uint8Array) {
    this.#words = words;
    this.#at = SOCKETS_AT + index * SOCKET_WORDS;
    this.received = new ByteRing(words, this.#at + SOCKET.received, received);
    this.sending = new ByteRing(words, this.#at + SOCKET.sending, sending);
  }

  get(word: number): number {
    return Atomics.load(this.#words, this.#at + word);
  }

  set(word: number, value: number): void {
    Atomics.store(this.#words, this.#at + word, value);
  }

  take(word: number): number {
    return Atomics.exchange(this.#words, this.#at + word, 0);
  }

  /** Makes the place free for the next socket; only the main thread does so, when nothing refers to it any more. */
  clear(): void {
    for (let word = SOCKET_WORDS - 1; word >= 0; word--) if (word !== SOCKET.state) this.set(word, 0);
    this.set(SOCKET.state, SOCKET_STATE.free);
  }
}

export class SharedMemory {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly uartIn: ByteRing;
  readonly uartOut: ByteRing;
  readonly sockets: readonly SharedSocket[];

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(SHARED_BYTES)) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer, 0, WORDS);
    let at = 4 * WORDS;
    const take = (size: number): Uint8Array => {
      at += size;
      return new Uint8Array(buffer, at - size, size);
    };
    this.uartIn = new ByteRing(this.words, UART_IN_AT, take(UART_IN_BYTES));
    this.uartOut = new ByteRing(this.words, UART_OUT_AT, take(UART_OUT_BYTES));
    this.sockets = Array.from(
      { length: SOCKET_COUNT },
      (_, index) => new SharedSocket(this.words, index, take(RECEIVED_BYTES), take(SENDING_BYTES)),
    );
  }

  get(word: number): number {
    return Atomics.load(this.words, word);
  }

  set(word: number, value: number): void {
    Atomics.store(this.words, word, value);
  }

  take(word: number): number {
    return Atomics.exchange(this.words, word, 0);
  }

  /** Wakes the worker if it sleeps, and keeps it from falling asleep if it is about to. */
  wake(): void {
    Atomics.add(this.words, WORD.wake, 1);
    Atomics.notify(this.words, WORD.wake);
  }
}
