/**
 * Is this file MicroPython for an ESP8266, whole and undamaged? The hub asks before it keeps a file, the flasher before it erases.
 *
 * The file begins with an image of the boot ROM's format (magic, segments, checksum), filled up to 0x9000. The last four bytes of
 * that part are the size of all that is flashed, and behind the flashed part stands its MD5. The MD5 leaves out the first four
 * bytes: flash mode and size are in there, and whoever flashes may change them.
 */
import { md5 } from './md5.ts';

export const MAX_IMAGE_BYTES = 4 * 1024 * 1024;

const MAGIC = 0xe9;
const HEADER_BYTES = 8;
const SEGMENT_HEADER_BYTES = 8;
const MAX_SEGMENTS = 16;
const CHECKSUM_SEED = 0xef;
/** Where the boot part ends, and where in it the size stands. */
const BOOT_BYTES = 0x9000;
const SIZE_AT = BOOT_BYTES - 4;
const MD5_FROM = 4;
const MD5_BYTES = 16;

/** Memory into which the boot ROM of an ESP8266 loads; other chips of the maker have theirs elsewhere. */
const DRAM = { from: 0x3ffe8000, to: 0x40000000 };
const IRAM = { from: 0x40100000, to: 0x40110000 };

export const IMAGE_PROBLEMS = {
  'not-an-image': 'It is not a firmware image.',
  'other-chip': 'It is a firmware image for another chip, not for an ESP8266.',
  'too-large': 'It is larger than the 4 MB that firmware can have.',
  truncated: 'It is cut short: its end is missing.',
  'not-micropython': 'It is an ESP8266 image, but not one of MicroPython.',
  damaged: 'It is damaged: its checksum does not match.',
} as const;
export type ImageProblem = keyof typeof IMAGE_PROBLEMS;

export type ImageCheck =
  | { readonly ok: true; readonly sizeBytes: number; readonly flashMode: FlashMode }
  | { readonly ok: false; readonly reason: ImageProblem };

export const flashModes = ['qio', 'qout', 'dio', 'dout'] as const;
export type FlashMode = (typeof flashModes)[number];

/** Looks at every byte; IMAGE_PROBLEMS has the sentence for each reason. */
export function checkImage(bytes: Uint8Array): ImageCheck {
  const reason = problemOf(bytes);
  if (reason) return { ok: false, reason };
  return { ok: true, sizeBytes: bytes.length, flashMode: flashModes[bytes[2] ?? 0] ?? 'qio' };
}

function problemOf(bytes: Uint8Array): ImageProblem | undefined {
  const segments = bytes[1] ?? 0;
  if (bytes[0] !== MAGIC || segments === 0 || segments > MAX_SEGMENTS) return 'not-an-image';
  if (bytes.length > MAX_IMAGE_BYTES) return 'too-large';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return bootProblem(view, segments) ?? sizeProblem(view) ?? digestProblem(bytes, view.getUint32(SIZE_AT, true));
}

/** Walks the segments as the boot ROM does. */
function bootProblem(view: DataView, segments: number): ImageProblem | undefined {
  let at = HEADER_BYTES;
  let checksum = CHECKSUM_SEED;
  for (let segment = 0; segment < segments; segment++) {
    if (at + SEGMENT_HEADER_BYTES > view.byteLength) return 'truncated';
    const address = view.getUint32(at, true);
    const end = at + SEGMENT_HEADER_BYTES + view.getUint32(at + 4, true);
    if (!isIn(DRAM, address) && !isIn(IRAM, address)) return 'other-chip';
    // A longer one would run over the place of the size.
    if (end >= SIZE_AT) return 'not-micropython';
    if (end > view.byteLength) return 'truncated';
    for (let i = at + SEGMENT_HEADER_BYTES; i < end; i++) checksum ^= view.getUint8(i);
    at = end;
  }
  // The checksum is the last byte of a block of sixteen.
  const checksumAt = at | 15;
  if (checksumAt >= view.byteLength) return 'truncated';
  return view.getUint8(checksumAt) === checksum ? undefined : 'damaged';
}

function sizeProblem(view: DataView): ImageProblem | undefined {
  if (view.byteLength < BOOT_BYTES) return 'truncated';
  const size = view.getUint32(SIZE_AT, true);
  if (size < BOOT_BYTES || size > MAX_IMAGE_BYTES) return 'not-micropython';
  return size + MD5_BYTES > view.byteLength ? 'truncated' : undefined;
}

function digestProblem(bytes: Uint8Array, size: number): ImageProblem | undefined {
  const expected = bytes.subarray(size, size + MD5_BYTES);
  const actual = md5(bytes.subarray(MD5_FROM, size));
  return actual.every((byte, at) => byte === expected[at]) ? undefined : 'damaged';
}

const isIn = (range: { readonly from: number; readonly to: number }, address: number) =>
  address >= range.from && address < range.to;
