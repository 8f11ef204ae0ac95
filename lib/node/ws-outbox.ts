/**
 * What the hub says over one WebSocket, in one write for each turn of the event loop: a system call costs more than all that is done
 * for the message in it. `ws` goes on reading, closing and answering pings; a server's data frames are a few bytes before the payload.
 */
import type { Duplex } from 'node:stream';

const FINAL_TEXT = 0x81;
const FINAL_BINARY = 0x82;
/** RFC 6455 §5.2: lengths up to 125 stand in the second byte, 126 announces 16 bits, 127 announces 64. */
const LENGTH_7_BITS = 125;
const LENGTH_16_BITS = 0xffff;

/** The part of `ws` that knows whether anything may be sent. */
export interface OutboxOwner {
  readonly readyState: number;
  readonly OPEN: number;
  readonly bufferedAmount: number;
}

const waiting: WsOutbox[] = [];

function flushAll(): void {
  for (const outbox of waiting.splice(0)) outbox.flush();
}

export class WsOutbox {
  readonly #owner: OutboxOwner;
  readonly #socket: Duplex;
  #frames: Buffer[] = [];
  #bytes = 0;

  constructor(owner: OutboxOwner, socket: Duplex) {
    this.#owner = owner;
    this.#socket = socket;
  }

  /** Bytes that were sent and that the network has not taken. */
  get bufferedBytes(): number {
    return this.#bytes + this.#owner.bufferedAmount;
  }

  sendText(text: string): void {
    const bytes = Buffer.byteLength(text);
    const head = headBytes(bytes);
    const frame = Buffer.allocUnsafe(head + bytes);
    frame.write(text, head);
    this.#add(frame, FINAL_TEXT, bytes);
  }

  /** The message may be changed as soon as this returns. */
  sendBinary(message: Uint8Array): void {
    const head = headBytes(message.length);
    const frame = Buffer.allocUnsafe(head + message.length);
    frame.set(message, head);
    this.#add(frame, FINAL_BINARY, message.length);
  }

  /** Before a close: what was said before it goes out before it. */
  flush(): void {
    if (this.#bytes === 0) return;
    const frames = this.#frames;
    const [only] = frames;
    this.#frames = [];
    this.#bytes = 0;
    if (this.#owner.readyState !== this.#owner.OPEN) return;
    this.#socket.write(frames.length === 1 ? only : Buffer.concat(frames));
  }

  #add(frame: Buffer, first: number, payloadBytes: number): void {
    if (this.#owner.readyState !== this.#owner.OPEN) return;
    frame[0] = first;
    writeLength(frame, payloadBytes);
    if (this.#bytes === 0 && waiting.push(this) === 1) setImmediate(flushAll);
    this.#frames.push(frame);
    this.#bytes += frame.length;
  }
}

function headBytes(payloadBytes: number): number {
  if (payloadBytes <= LENGTH_7_BITS) return 2;
  return payloadBytes <= LENGTH_16_BITS ? 4 : 10;
}

function writeLength(frame: Buffer, payloadBytes: number): void {
  if (payloadBytes <= LENGTH_7_BITS) {
    frame[1] = payloadBytes;
  } else if (payloadBytes <= LENGTH_16_BITS) {
    frame[1] = 126;
    frame.writeUInt16BE(payloadBytes, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(payloadBytes), 2);
  }
}
