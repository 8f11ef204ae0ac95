/** One program on one board: EXEC, its output under credits, its input, its end. Knows a session, not the hub. */
import { AppError } from '#lib/errors.ts';
import { utf8 } from '#lib/protocol/bytes.ts';
import { BOARD_PLAINTEXT_BYTES, OP_HEADER_BYTES, START_CREDITS } from '#lib/protocol/frames.ts';
import type { Session } from '#server/session/session.ts';
import type { ExecRequest, ExecResult, Execution } from './hub.ts';
import { LAUNCHER, STAGED_PATH, type StagedProgram, stageProgram, tracebackOfStaged } from './staging.ts';

/** A board answers EXEC when the program is compiled and about to start. */
const START_TIMEOUT_MS = 30_000;
/** OUT records on the way or being taken: enough to keep a board printing over a slow link, little enough to hold. */
const OUTPUT_WINDOW = 16;
/** Credits are granted so many at a time: a CREDIT costs as much as an OUT. */
const CREDITS_AT_ONCE = 8;
/** Input that may wait for a program that has not started. */
export const MAX_EARLY_INPUT_BYTES = 64 * 1024;
const JOB_BYTES = 4;

/** Writes the staged program; the hub's own file transfer, behind those that are under way. */
export type PutStaged = (path: string, content: Uint8Array) => Promise<void>;

export class RunningExecution implements Execution {
  readonly done: Promise<ExecResult>;
  readonly #session: Session;
  readonly #request: ExecRequest;
  readonly #rid: number;
  /** OUT records that the board may still send. */
  #credits = START_CREDITS;
  #creditsDue = OUTPUT_WINDOW - START_CREDITS;
  #phase: 'preparing' | 'started' | 'ended' = 'preparing';
  #isInterrupted = false;
  #earlyInput: Uint8Array[] = [];
  #earlyInputBytes = 0;
  #delivered: Promise<unknown> | undefined;

  constructor(session: Session, request: ExecRequest, putStaged: PutStaged) {
    this.#session = session;
    this.#request = request;
    this.#rid = session.newRid();
    session.openSink(this.#rid, (bytes) => this.#takeOutput(bytes));
    this.done = this.#run(putStaged).finally(() => this.#end());
  }

  input(bytes: Uint8Array): void {
    if (this.#phase === 'started') this.#sendInput(bytes);
    else if (this.#phase === 'preparing') this.#keepInput(bytes);
  }

  interrupt(): void {
    this.#isInterrupted = true;
    // Before the program runs nobody on the board would take it.
    if (this.#phase === 'started') this.#session.send({ op: 'interrupt', rid: this.#rid });
  }

  #keepInput(bytes: Uint8Array): void {
    this.#earlyInputBytes += bytes.length;
    if (this.#earlyInputBytes > MAX_EARLY_INPUT_BYTES) {
      throw new AppError('board_busy', { message: 'The program has not started yet and cannot take more input.' });
    }
    this.#earlyInput.push(bytes);
  }

  async #run(putStaged: PutStaged): Promise<ExecResult> {
    const staged = this.#needsStaging() ? stageProgram(this.#request.source) : undefined;
    if (staged) await putStaged(STAGED_PATH, staged.content);
    if (this.#isInterrupted) return { state: 'cancelled', status: 1, traceback: '' };
    const source = this.#isKnownToBoard() ? '' : staged ? LAUNCHER : this.#request.source;
    const result = await this.#exec(source, staged);
    // Output is the caller's before its end is.
    await this.#delivered;
    return result;
  }

  async #exec(source: string, staged: StagedProgram | undefined): Promise<ExecResult> {
    const { state, status, traceback } = await this.#session.request(
      { op: 'exec', rid: this.#rid, job: this.#request.job, source },
      { command: 'EXEC', accepts: ['done'], timeoutMs: START_TIMEOUT_MS, onStarted: () => this.#started() },
    );
    return { state, status, traceback: staged ? tracebackOfStaged(traceback, staged) : traceback };
  }

  #started(): void {
    this.#phase = 'started';
    this.#request.onStarted();
    for (const bytes of this.#earlyInput) this.#sendInput(bytes);
    this.#earlyInput = [];
    if (this.#isInterrupted) this.interrupt();
  }

  #end(): void {
    this.#phase = 'ended';
    this.#session.closeSink(this.#rid);
  }

  /** A journalled job that the board has begun or ended is asked for by its number alone. */
  #isKnownToBoard(): boolean {
    const { job } = this.#request;
    const info = this.#session.info;
    return job > 0 && info !== undefined && (info.run === job || info.job[0] >= job);
  }

  #needsStaging(): boolean {
    const most = this.#plaintextBytes() - OP_HEADER_BYTES - JOB_BYTES;
    return !this.#isKnownToBoard() && utf8(this.#request.source).length > most;
  }

  #takeOutput(bytes: Uint8Array): boolean {
    if (this.#credits === 0) return false;
    this.#credits -= 1;
    const taken = this.#deliver(bytes);
    if (!taken) {
      this.#grant();
      return true;
    }
    this.#delivered = Promise.all([this.#delivered, taken.then(() => this.#grant())]);
    // Whoever waits for `done` hears of the failure; a program whose output is lost need not go on.
    this.#delivered.catch(() => this.interrupt());
    return true;
  }

  #deliver(bytes: Uint8Array): Promise<void> | undefined {
    try {
      const taken = this.#request.onOutput(bytes);
      return taken instanceof Promise ? taken : undefined;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #grant(): void {
    this.#creditsDue += 1;
    if (this.#creditsDue < CREDITS_AT_ONCE || this.#phase === 'ended') return;
    this.#credits += this.#creditsDue;
    this.#session.send({ op: 'credit', rid: this.#rid, count: this.#creditsDue });
    this.#creditsDue = 0;
  }

  #sendInput(bytes: Uint8Array): void {
    const most = this.#plaintextBytes() - OP_HEADER_BYTES;
    for (let at = 0; at < bytes.length; at += most) {
      this.#session.send({ op: 'input', rid: this.#rid, bytes: bytes.subarray(at, at + most) });
    }
  }

  #plaintextBytes(): number {
    return this.#session.info?.rec ?? BOARD_PLAINTEXT_BYTES;
  }
}
