/** Reads a byte stream by marks and counts, each wait up to a fixed moment. One wait at a time; the end of the line ends it. */
import { joinBytes, textOfCut } from '../protocol/bytes.ts';
import type { ByteStream, Deadline } from './byte-stream.ts';
import { ReplError } from './repl-error.ts';

/** A board that prints for ever must not fill the memory of the browser; the newest bytes are kept. */
const HELD_MAX_BYTES = 256 * 1024;
const TAIL_BYTES = 400;

interface Wait {
  /** Ends the wait if what it waits for is there. */
  readonly look: () => void;
  readonly fail: (error: Error) => void;
}

export class StreamReader {
  #held: Uint8Array = new Uint8Array(0);
  #wait: Wait | undefined;
  #ended: Error | undefined;
  readonly #stop: () => void;

  constructor(stream: ByteStream) {
    this.#stop = stream.listen(
      (bytes) => this.#take(bytes),
      (reason) => {
        this.#ended = reason;
        this.#wait?.fail(reason);
      },
    );
  }

  /** Stops listening; what waits fails. */
  close(): void {
    this.#stop();
    this.#ended ??= new ReplError('repl_silent', 'The conversation with the board was ended.');
    this.#wait?.fail(this.#ended);
  }

  /** Forgets what has arrived and was not read. */
  discard(): void {
    this.#held = new Uint8Array(0);
  }

  /** What has arrived, at most `count` bytes, perhaps none. */
  readNow(count = this.#held.length): Uint8Array {
    const bytes = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(bytes.length);
    return bytes;
  }

  read(count: number, deadline: Deadline): Promise<Uint8Array> {
    return this.#until(
      () => (this.#held.length >= count ? this.readNow(count) : undefined),
      deadline,
      `${count} bytes`,
    );
  }

  /** Resolves when anything at all has arrived. */
  async some(deadline: Deadline): Promise<void> {
    await this.#until(() => (this.#held.length > 0 ? true : undefined), deadline, 'an answer');
  }

  /** Everything before `mark`; the mark itself is read too. */
  until(mark: Uint8Array, deadline: Deadline): Promise<Uint8Array> {
    let from = 0;
    const look = (): Uint8Array | undefined => {
      const at = find(this.#held, mark, Math.min(from, this.#held.length));
      from = Math.max(0, this.#held.length - mark.length + 1);
      if (at < 0) return undefined;
      const before = this.readNow(at);
      this.readNow(mark.length);
      return before;
    };
    return this.#until(look, deadline, JSON.stringify(textOfCut(mark)));
  }

  /** The newest that was received and not read: what a person wants to see when nothing else helps. */
  tail(): string {
    return textOfCut(this.#held.subarray(-TAIL_BYTES));
  }

  #take(bytes: Uint8Array): void {
    const held = joinBytes(this.#held, bytes);
    this.#held = held.length > HELD_MAX_BYTES ? held.slice(-HELD_MAX_BYTES / 2) : held;
    this.#wait?.look();
  }

  #until<T>(look: () => T | undefined, deadline: Deadline, what: string): Promise<T> {
    if (this.#ended) return Promise.reject(this.#ended);
    const found = look();
    if (found !== undefined) return Promise.resolve(found);
    return new Promise<T>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#wait = undefined;
      };
      const fail = (error: Error): void => {
        end();
        reject(error);
      };
      const timer = setTimeout(
        () => fail(new ReplError('repl_silent', `The board did not send ${what} in time.`, this.tail())),
        Math.max(0, deadline - performance.now()),
      );
      const lookAgain = (): void => {
        const late = look();
        if (late === undefined) return;
        end();
        resolve(late);
      };
      this.#wait = { look: lookAgain, fail };
    });
  }
}

function find(bytes: Uint8Array, mark: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(mark[0] ?? 0, from); at >= 0; at = bytes.indexOf(mark[0] ?? 0, at + 1)) {
    if (mark.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
