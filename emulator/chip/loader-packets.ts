/** The packets of the loader's protocol: `00 op length16 checksum32 data` one way, `01 op length16 value32 data status` back. */

export const OP = {
  flashBegin: 0x02,
  flashData: 0x03,
  flashEnd: 0x04,
  memBegin: 0x05,
  memEnd: 0x06,
  memData: 0x07,
  sync: 0x08,
  writeReg: 0x09,
  readReg: 0x0a,
  spiSetParams: 0x0b,
  spiAttach: 0x0d,
  changeBaudrate: 0x0f,
  flashDeflBegin: 0x10,
  flashDeflData: 0x11,
  flashDeflEnd: 0x12,
  flashMd5: 0x13,
  eraseFlash: 0xd0,
  eraseRegion: 0xd1,
  readFlash: 0xd2,
  runUserCode: 0xd3,
} as const;

export type OpName = keyof typeof OP;

const HEADER_BYTES = 8;
const REQUEST = 0x00;
const RESPONSE = 0x01;
/** Data packets: length, sequence number and two words that mean nothing, before the data. */
const DATA_HEADER_BYTES = 16;
const CHECKSUM_SEED = 0xef;

export class Request {
  readonly op: number;
  readonly data: Uint8Array;
  readonly #checksum: number;

  private constructor(packet: Uint8Array) {
    const view = viewOf(packet);
    this.op = view.getUint8(1);
    this.data = packet.subarray(HEADER_BYTES);
    this.#checksum = view.getUint32(4, true);
  }

  /** Noise and answers are no requests. */
  static parse(packet: Uint8Array): Request | undefined {
    if (packet.length < HEADER_BYTES || packet[0] !== REQUEST) return undefined;
    if (viewOf(packet).getUint16(2, true) !== packet.length - HEADER_BYTES) return undefined;
    return new Request(packet);
  }

  get name(): OpName | undefined {
    return OP_NAMES.get(this.op);
  }

  /** The nth word of the data; 0 when there is none. */
  word(index: number): number {
    return this.data.length < 4 * index + 4 ? 0 : viewOf(this.data).getUint32(4 * index, true);
  }

  get payload(): Uint8Array {
    return this.data.subarray(DATA_HEADER_BYTES);
  }

  hasGoodLength(): boolean {
    return this.word(0) === this.payload.length;
  }

  hasGoodChecksum(): boolean {
    return (this.#checksum & 0xff) === this.payload.reduce((sum, byte) => sum ^ byte, CHECKSUM_SEED);
  }
}

export interface Response {
  readonly value?: number;
  readonly data?: Uint8Array;
  /** 0 for success. */
  readonly error?: number;
}

/** An ESP8266 ends with two bytes of status, the ROM of an ESP32 with four. */
export function responsePacket(op: number, statusBytes: number, { value = 0, data, error = 0 }: Response): Uint8Array {
  const dataBytes = data?.length ?? 0;
  const packet = new Uint8Array(HEADER_BYTES + dataBytes + statusBytes);
  const view = viewOf(packet);
  view.setUint8(0, RESPONSE);
  view.setUint8(1, op);
  view.setUint16(2, dataBytes + statusBytes, true);
  view.setUint32(4, value >>> 0, true);
  if (data !== undefined) packet.set(data, HEADER_BYTES);
  packet[HEADER_BYTES + dataBytes] = error === 0 ? 0 : 1;
  packet[HEADER_BYTES + dataBytes + 1] = error;
  return packet;
}

const OP_NAMES = new Map<number, OpName>();
for (const [name, op] of Object.entries(OP)) if (isOpName(name)) OP_NAMES.set(op, name);

function isOpName(name: string): name is OpName {
  return name in OP;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
