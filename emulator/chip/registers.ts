/** The registers that tools read to find out what they talk to: the chip's mark, its fuses, the UART's divider, the SPI controller. */

export type ChipKind = 'esp8266' | 'esp32';

const CHIP_MAGIC_AT = 0x40001000;
const CHIP_MAGIC: Readonly<Record<ChipKind, number>> = { esp8266: 0xfff0c101, esp32: 0x00f01d83 };
const FUSES_AT = 0x3ff00050;
const UART_CLKDIV_AT = 0x60000014;
const CRYSTAL_HZ = 26e6;
/** The UART counts at twice the crystal's rate. */
const CRYSTAL_FACTOR = 2;
const SPI_CMD_AT = 0x60000200;
const SPI_USR2_AT = 0x60000224;
const SPI_W0_AT = 0x60000240;
const SPI_USER_COMMAND = 1 << 18;
const READ_JEDEC_ID = 0x9f;

export class Registers {
  readonly #kind: ChipKind;
  readonly #jedecId: number;
  readonly #fuses: readonly number[];
  readonly #values = new Map<number, number>();

  constructor(kind: ChipKind, jedecId: number, mac: Uint8Array) {
    this.#kind = kind;
    this.#jedecId = jedecId;
    const [m0 = 0, m1 = 0, m2 = 0, m3 = 0, m4 = 0, m5 = 0] = mac;
    // Words 0, 1 and 3 of the fuses hold the address; bit 4 of word 0 and bit 16 of word 2 would make it an ESP8285.
    this.#fuses = [(m5 << 24) >>> 0, 0x02000000 | (m3 << 8) | m4, 0, (m0 << 16) | (m1 << 8) | m2];
  }

  read(address: number, baud: number): number {
    if (address === CHIP_MAGIC_AT) return CHIP_MAGIC[this.#kind];
    if (this.#kind !== 'esp8266') return 0;
    const fuse = this.#fuses[(address - FUSES_AT) / 4];
    if (fuse !== undefined) return fuse;
    if (address === UART_CLKDIV_AT) return Math.round((CRYSTAL_HZ * CRYSTAL_FACTOR) / baud);
    return this.#values.get(address) ?? 0;
  }

  write(address: number, value: number): void {
    if (address !== SPI_CMD_AT) {
      this.#values.set(address, value);
      return;
    }
    // The command is over before anybody can ask: the register reads 0 again.
    const command = (this.#values.get(SPI_USR2_AT) ?? 0) & 0xff;
    if (value & SPI_USER_COMMAND) this.#values.set(SPI_W0_AT, command === READ_JEDEC_ID ? this.#jedecId : 0);
  }
}
