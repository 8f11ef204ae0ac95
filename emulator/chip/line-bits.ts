/** What a receiver hears of a UART that sends at another rate: the same bits, sampled at the wrong moments. */
import { BITS_PER_BYTE } from './timing.ts';

/** Eight bits drift by half a bit at about this difference. */
const TOLERANCE = 0.03;

/** The bytes themselves when the rates agree, else the noise that they are to the other side. */
export function heardAt(bytes: Uint8Array, sentBaud: number, heardBaud: number): Uint8Array {
  const step = sentBaud / heardBaud;
  if (Math.abs(step - 1) < TOLERANCE) return bytes;
  const line = lineOf(bytes);
  const levelAt = (time: number): number => line[Math.floor(time)] ?? 1;
  const heard: number[] = [];
  for (let start = line.indexOf(0); start >= 0; ) {
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) byte |= levelAt(start + (bit + 1.5) * step) << bit;
    heard.push(byte);
    const stop = start + 9.5 * step;
    // After a framing error the receiver waits for the line to be idle.
    const idle = levelAt(stop) === 1 ? Math.floor(stop) : line.indexOf(1, Math.floor(stop));
    start = idle < 0 ? -1 : line.indexOf(0, idle);
  }
  return Uint8Array.from(heard);
}

/** One level a bit: start 0, eight bits from the lowest on, stop 1. */
function lineOf(bytes: Uint8Array): Uint8Array {
  const line = new Uint8Array(bytes.length * BITS_PER_BYTE);
  bytes.forEach((byte, index) => {
    const at = index * BITS_PER_BYTE;
    for (let bit = 0; bit < 8; bit++) line[at + 1 + bit] = (byte >> bit) & 1;
    line[at + 9] = 1;
  });
  return line;
}
