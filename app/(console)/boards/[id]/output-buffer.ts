/**
 * The tail of one run's output in pieces that are only ever added at the end and dropped at the front, so that a page which
 * shows them stays fast however much comes. Knows byte offsets, not sockets; who fills it: run-output.ts.
 */
import { ControlText } from './control-text.ts';

/** Characters that stay on the page. */
export const KEPT_CHARACTERS = 200_000;
/** A piece grows to about this size before the next begins. */
const PIECE_CHARACTERS = 8_000;

export interface OutputPiece {
  readonly id: number;
  /** `input`: a line that the person typed. */
  readonly kind: 'output' | 'input';
  readonly text: string;
}

export class OutputBuffer {
  readonly #control = new ControlText();
  #pieces: readonly OutputPiece[] = [];
  #characters = 0;
  #lastId = 0;
  #next = 0;
  #leftOut = 0;
  #cutBytes = 0;

  get pieces(): readonly OutputPiece[] {
    return this.#pieces;
  }

  /** Byte offset of what is expected next. */
  get next(): number {
    return this.#next;
  }

  /** Characters that were dropped from the page. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Bytes that the hub itself has not kept. */
  get cutBytes(): number {
    return this.#cutBytes;
  }

  /** Takes live output. False: something before it is missing, or it is here in part: fetch from `next`. */
  append(from: number, bytes: number, text: string): boolean {
    if (from + bytes <= this.#next) return true;
    if (from !== this.#next) return false;
    this.#add('output', this.#control.push(text));
    this.#next = from + bytes;
    return true;
  }

  /** Takes the answer to a request for everything from `next` on. */
  appendFetched(text: string, next: number, cutBytes: number): void {
    if (next <= this.#next) return;
    this.#add('output', this.#control.push(text));
    this.#next = next;
    this.#cutBytes = cutBytes;
  }

  /** What the person typed, between what the program wrote. */
  echo(text: string): void {
    this.#add('input', text);
  }

  #add(kind: OutputPiece['kind'], text: string): void {
    if (text === '') return;
    for (let at = 0; at < text.length; at += PIECE_CHARACTERS)
      this.#addPiece(kind, text.slice(at, at + PIECE_CHARACTERS));
    this.#dropFront();
  }

  #addPiece(kind: OutputPiece['kind'], text: string): void {
    this.#characters += text.length;
    const last = this.#pieces.at(-1);
    if (last?.kind === kind && last.text.length + text.length <= PIECE_CHARACTERS) {
      this.#pieces = [...this.#pieces.slice(0, -1), { ...last, text: last.text + text }];
      return;
    }
    this.#lastId += 1;
    this.#pieces = [...this.#pieces, { id: this.#lastId, kind, text }];
  }

  #dropFront(): void {
    let count = 0;
    for (const piece of this.#pieces) {
      if (this.#characters <= KEPT_CHARACTERS) break;
      this.#characters -= piece.text.length;
      this.#leftOut += piece.text.length;
      count += 1;
    }
    if (count > 0) this.#pieces = this.#pieces.slice(count);
  }
}
