/**
 * The raw REPL of MicroPython over any byte stream: a person types `>>>`, programs speak this (docs/reference/repl.rst). Entering
 * interrupts what runs and, on wish, soft resets, so that no main.py runs beside us. Text goes by raw paste with the board's
 * own flow control, on old firmware slowly by hand. It does not know what is said: files are board-files.ts.
 */
import { textOfCut, utf8 } from '../protocol/bytes.ts';
import { type ByteStream, type Deadline, deadlineIn } from './byte-stream.ts';
import { paste, typeSlowly } from './raw-paste.ts';
import { isReplError, ReplError } from './repl-error.ts';
import { StreamReader } from './stream-reader.ts';

const BANNER = utf8('raw REPL; CTRL-B to exit\r\n>');
const SOFT_REBOOT = utf8('soft reboot\r\n');
const PROMPT = utf8('>>> ');
const INTERRUPT_TWICE = utf8('\r\x03\x03');
const ENTER_RAW = utf8('\r\x01');
const LEAVE_RAW = utf8('\r\x02');
const INTERRUPT = utf8('\x03');
const END = utf8('\x04');
const OK = utf8('OK');
const READY = utf8('>');
/** One knock at the door; a board that starts or whose program catches the interrupt needs several. */
const KNOCK_MS = 600;
const EXEC_MS = 10_000;

export interface Answer {
  readonly output: string;
  /** A traceback, or empty. */
  readonly error: string;
}

export interface EnterOptions {
  readonly deadline: Deadline;
  /** Runs boot.py but not main.py, and forgets what ran. */
  readonly softReset: boolean;
}

export class RawRepl {
  readonly #stream: ByteStream;
  readonly #reader: StreamReader;
  /** Undefined until the board has been asked. */
  #knowsPaste: boolean | undefined;

  constructor(stream: ByteStream) {
    this.#stream = stream;
    this.#reader = new StreamReader(stream);
  }

  /** Waits for the prompt of a board that starts, without disturbing it; false when it did not come. */
  async waitForPrompt(deadline: Deadline): Promise<boolean> {
    try {
      await this.#reader.until(PROMPT, deadline);
      return true;
    } catch (error) {
      if (isReplError(error) && error.code === 'repl_silent') return false;
      throw error;
    }
  }

  async enter({ deadline, softReset }: EnterOptions): Promise<void> {
    await this.#knock(deadline);
    if (!softReset) return;
    this.#reader.discard();
    await this.#stream.write(END);
    await this.#reader.until(SOFT_REBOOT, deadline);
    await this.#raw(deadline);
  }

  /** Runs `code` to its end. */
  async exec(code: string, timeoutMs = EXEC_MS): Promise<Answer> {
    const deadline = deadlineIn(timeoutMs);
    await this.#send(utf8(code), deadline);
    const output = await this.#reader.until(END, deadline);
    const error = await this.#reader.until(END, deadline);
    await this.#reader.until(READY, deadline);
    return { output: textOfCut(output), error: textOfCut(error) };
  }

  /** Runs `code`, answers what it printed; an exception there is one here. */
  async run(code: string, timeoutMs?: number): Promise<string> {
    const { output, error } = await this.exec(code, timeoutMs);
    if (error === '') return output;
    const last = error.trim().split('\n').at(-1) ?? '';
    throw new ReplError('repl_exception', `The board's Python raised ${last}`, error);
  }

  /** Starts `code` and does not wait: for what ends the REPL, such as a reset. */
  async start(code: string): Promise<void> {
    await this.#send(utf8(code), deadlineIn(EXEC_MS));
  }

  /** Back to the REPL for people. */
  async leave(): Promise<void> {
    await this.#stream.write(LEAVE_RAW);
  }

  /** Stops listening; the line stays as it is. */
  close(): void {
    this.#reader.close();
  }

  async #knock(deadline: Deadline): Promise<void> {
    for (;;) {
      await this.#stream.write(INTERRUPT_TWICE);
      this.#reader.discard();
      await this.#stream.write(ENTER_RAW);
      if (await this.#bannerBy(Math.min(deadline, deadlineIn(KNOCK_MS)))) return;
      if (performance.now() >= deadline) {
        throw new ReplError('repl_silent', 'The board did not answer as MicroPython does.', this.#reader.tail());
      }
    }
  }

  async #bannerBy(deadline: Deadline): Promise<boolean> {
    try {
      await this.#reader.until(BANNER, deadline);
      return true;
    } catch (error) {
      if (isReplError(error) && error.code === 'repl_silent') return false;
      throw error;
    }
  }

  /** boot.py may loop: it is interrupted as often as it takes. */
  async #raw(deadline: Deadline): Promise<void> {
    while (!(await this.#bannerBy(Math.min(deadline, deadlineIn(4 * KNOCK_MS))))) {
      if (performance.now() >= deadline) {
        throw new ReplError('repl_silent', 'The board did not come back from its soft reset.', this.#reader.tail());
      }
      await this.#stream.write(INTERRUPT);
    }
  }

  async #send(code: Uint8Array, deadline: Deadline): Promise<void> {
    if (this.#knowsPaste !== false) {
      this.#knowsPaste = await paste(this.#stream, this.#reader, code, deadline);
      if (this.#knowsPaste) return;
    }
    await typeSlowly(this.#stream, code);
    await this.#reader.until(OK, deadline);
  }
}
