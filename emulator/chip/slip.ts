/** SLIP (RFC 1055), the framing of the loader's serial protocol. */
const END = 0xc0;
const ESC = 0xdb;
const ESC_END = 0xdc;
const ESC_ESC = 0xdd;

export function slipFrame(packet: Uint8Array): Uint8Array {
  const frame = [END];
  for (const byte of packet) {
    if (byte === END) frame.push(ESC, ESC_END);
    else if (byte === ESC) frame.push(ESC, ESC_ESC);
    else frame.push(byte);
  }
  frame.push(END);
  return Uint8Array.from(frame);
}

/** Longer than any packet of the protocol: what grows beyond is noise. */
const MOST_BYTES = 0x4000 + 1024;

export class SlipReader {
  #packet: number[] | undefined;
  #isEscaped = false;

  /** The packets that are complete with these bytes. */
  read(bytes: Uint8Array): Uint8Array[] {
    const packets: Uint8Array[] = [];
    for (const byte of bytes) {
      if (byte === END) {
        const packet = this.#packet;
        // Two delimiters in a row: the second one opens the next packet.
        this.#packet = packet === undefined || packet.length === 0 ? [] : undefined;
        this.#isEscaped = false;
        if (packet !== undefined && packet.length > 0) packets.push(Uint8Array.from(packet));
      } else this.#take(byte);
    }
    return packets;
  }

  #take(byte: number): void {
    if (this.#packet === undefined) return;
    if (this.#isEscaped) {
      this.#isEscaped = false;
      this.#packet.push(byte === ESC_END ? END : byte === ESC_ESC ? ESC : byte);
    } else if (byte === ESC) this.#isEscaped = true;
    else this.#packet.push(byte);
    if (this.#packet.length > MOST_BYTES) this.#packet = undefined;
  }
}
