/**
 * The programs a board of the fleet can run: lines of `print('…')`, an echo (`while True: print(input())`) and a loop that only an
 * interrupt ends (`while True: pass`). Output obeys credits, as on a real board.
 */
import { joinBytes } from '#lib/protocol/bytes.ts';
import { BOARD_PLAINTEXT_BYTES, type DoneState, OP_HEADER_BYTES, START_CREDITS } from '#lib/protocol/frames.ts';
import type { BoardOperation } from '#lib/protocol/operations.ts';
import type { ServiceOperation } from './fleet-services.ts';

type Control = Extract<ServiceOperation, { op: 'input' | 'interrupt' | 'credit' }>;

const OUT_BYTES = BOARD_PLAINTEXT_BYTES - OP_HEADER_BYTES;
const EMPTY = new Uint8Array(0);
const PRINT = /^\s*print\((['"])(.*)\1\)\s*$/;

export class FleetProgram {
  readonly job: number;
  readonly #source: string;
  readonly #reply: (operation: BoardOperation) => void;
  readonly #onEnd: (state: DoneState, status: number) => void;
  #rid: number;
  #credits = START_CREDITS;
  #output: Uint8Array = EMPTY;
  #end: { readonly state: DoneState; readonly status: number } | undefined;
  #isLinked = true;

  constructor(
    rid: number,
    job: number,
    source: string,
    reply: (operation: BoardOperation) => void,
    onEnd: (state: DoneState, status: number) => void,
  ) {
    this.#rid = rid;
    this.job = job;
    this.#source = source;
    this.#reply = reply;
    this.#onEnd = onEnd;
  }

  run(): void {
    for (const line of this.#source.split('\n')) {
      const text = PRINT.exec(line)?.[2];
      if (text !== undefined) this.#print(Buffer.from(`${text}\n`));
    }
    if (!/while True:|input\(/.test(this.#source)) this.#finish('succeeded', 0);
    this.#flush();
  }

  attach(rid: number): void {
    this.#rid = rid;
    this.#isLinked = true;
    this.#credits = START_CREDITS;
    this.#flush();
  }

  /** A program goes on without the link; what it would say then is lost. */
  detach(): void {
    this.#isLinked = false;
    this.#output = EMPTY;
    if (this.#end !== undefined) this.#onEnd(this.#end.state, this.#end.status);
  }

  control(operation: Control): void {
    if (operation.rid !== this.#rid) return;
    if (operation.op === 'credit') this.#credits += operation.count;
    else if (operation.op === 'interrupt') this.#finish('cancelled', 1);
    else if (operation.bytes.length === 0) this.#finish('failed', 1);
    else if (this.#source.includes('input(')) this.#print(operation.bytes);
    this.#flush();
  }

  #print(bytes: Uint8Array): void {
    if (this.#end === undefined) this.#output = joinBytes(this.#output, bytes);
  }

  #finish(state: DoneState, status: number): void {
    this.#end ??= { state, status };
  }

  #flush(): void {
    while (this.#isLinked && this.#credits > 0 && this.#output.length > 0) {
      this.#credits -= 1;
      this.#reply({ op: 'out', rid: this.#rid, bytes: this.#output.subarray(0, OUT_BYTES) });
      this.#output = this.#output.subarray(OUT_BYTES);
    }
    if (this.#end === undefined || this.#output.length > 0) return;
    const { state, status } = this.#end;
    this.#onEnd(state, status);
    this.#reply({ op: 'done', rid: this.#rid, job: this.job, state, status, traceback: '' });
  }
}
