/** What a chip of the maker has at 0x40001000; the newer ones of each family share their place with code and vary. */

export const ESP8266_MAGIC = 0xfff0_c101;

const NAMES = new Map([
  [0x00f0_1d83, 'ESP32'],
  [0x0000_07c6, 'ESP32-S2'],
  [0x0000_0009, 'ESP32-S3'],
  [0x6921_506f, 'ESP32-C3'],
  [0x1b31_506f, 'ESP32-C3'],
  [0x2ce0_806f, 'ESP32-C6'],
  [0xd7b7_3e80, 'ESP32-H2'],
]);

export function chipNameOf(magic: number): string {
  return NAMES.get(magic) ?? `unknown chip (0x${magic.toString(16)})`;
}
