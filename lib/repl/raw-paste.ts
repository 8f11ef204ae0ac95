/** The two ways to hand text to a raw REPL: raw paste, where the board says how much it can take, and small pieces with pauses. */
import { utf8 } from '../protocol/bytes.ts';
import type { ByteStream, Deadline } from './byte-stream.ts';
import { ReplError } from './repl-error.ts';
import type { StreamReader } from './stream-reader.ts';

const REQUEST = utf8('\x05A\x01');
const END = utf8('\x04');
const MORE = 1;
const ABORT = 4;
/** What is left of the banner that firmware older than raw paste prints on the request's Ctrl-A. */
const OLD_BANNER_REST = utf8('w REPL; CTRL-B to exit\r\n>');
/** A board's ring for its UART has 256 bytes, and nothing says when it is full. */
const PIECE_BYTES = 128;
const PIECE_PAUSE_MS = 10;

/** False when the board does not know raw paste; then nothing was sent, and it waits for text. */
export async function paste(
  stream: ByteStream,
  reader: StreamReader,
  code: Uint8Array,
  deadline: Deadline,
): Promise<boolean> {
  reader.discard();
  await stream.write(REQUEST);
  const answer = String.fromCharCode(...(await reader.read(2, deadline)));
  if (answer === 'R\x00') return false;
  if (answer === 'ra') {
    await reader.until(OLD_BANNER_REST, deadline);
    return false;
  }
  if (answer !== 'R\x01') throw new ReplError('repl_confused', 'The board did not answer as a raw REPL does.', answer);
  const [low = 0, high = 0] = await reader.read(2, deadline);
  await sendInWindows(stream, reader, code, low | (high << 8), deadline);
  return true;
}

async function sendInWindows(
  stream: ByteStream,
  reader: StreamReader,
  code: Uint8Array,
  window: number,
  deadline: Deadline,
): Promise<void> {
  if (window === 0) throw new ReplError('repl_confused', 'The board takes no text.');
  let room = window;
  for (let at = 0; at < code.length; ) {
    if (room === 0) await reader.some(deadline);
    for (const byte of reader.readNow()) {
      if (byte === MORE) room += window;
      else if (byte === ABORT) return refuse(stream);
      else throw new ReplError('repl_confused', 'The board answered something else while it took text.');
    }
    const piece = code.subarray(at, at + room);
    await stream.write(piece);
    at += piece.length;
    room -= piece.length;
  }
  await stream.write(END);
  await reader.until(END, deadline);
}

/** The board wants no more, which is how it says that its memory does not suffice. */
async function refuse(stream: ByteStream): Promise<never> {
  await stream.write(END);
  throw new ReplError('repl_confused', 'The board broke off while it took text.');
}

/** For firmware without raw paste. */
export async function typeSlowly(stream: ByteStream, code: Uint8Array): Promise<void> {
  for (let at = 0; at < code.length; at += PIECE_BYTES) {
    await stream.write(code.subarray(at, at + PIECE_BYTES));
    await new Promise((resolve) => setTimeout(resolve, PIECE_PAUSE_MS));
  }
  await stream.write(END);
}
