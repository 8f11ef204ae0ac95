/** What the client costs a board, on the 32-bit MicroPython with the heap of an ESP8266. */
import { measureRam, RESIDENT_MAX_BYTES } from '../../device/tools/ram.ts';
import { atLeast, atMost, type Group } from '../figures.ts';

const MIN_FREE_BYTES = 28 * 1024;

export const clientGroup: Group = {
  name: 'client',
  about: 'heap of the compiled client on real 32-bit MicroPython with 38 KB',
  async measure() {
    const { bits, residentBytes, freeBytes } = await measureRam();
    if (bits !== 32)
      throw new Error('This machine has no 32-bit MicroPython; sizes on 64 bits say nothing about a board.');
    return [
      atMost('client resident', residentBytes, 'bytes', RESIDENT_MAX_BYTES),
      atLeast('free with the client loaded', freeBytes, 'bytes', MIN_FREE_BYTES),
    ];
  },
};
