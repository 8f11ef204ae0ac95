/**
 * Fills a buffer with one run's output: what was written before is fetched, what comes is heard live, and a gap between the two
 * is fetched again from the byte where it begins.
 */
import type { BoardId, JobId } from '#lib/api/schema.ts';
import { api } from '../../../_data/api.ts';
import type { LiveLink } from '../../../_live/live-link.ts';
import { OutputBuffer } from './output-buffer.ts';

export interface OutputSnapshot {
  readonly pieces: OutputBuffer['pieces'];
  readonly leftOut: number;
  readonly cutBytes: number;
  readonly isLoading: boolean;
  readonly error: unknown;
}

interface LiveText {
  readonly from: number;
  readonly bytes: number;
  readonly text: string;
}

export class RunOutput {
  readonly #buffer = new OutputBuffer();
  readonly #live: LiveLink;
  readonly #jobId: JobId;
  readonly #boardId: BoardId;
  readonly #listeners = new Set<() => void>();
  #held: LiveText[] = [];
  #isFetching = false;
  #hasFetched = false;
  #error: unknown;
  #frame: number | undefined;
  #snapshot: OutputSnapshot = { pieces: [], leftOut: 0, cutBytes: 0, isLoading: true, error: undefined };

  constructor(live: LiveLink, jobId: JobId, boardId: BoardId) {
    this.#live = live;
    this.#jobId = jobId;
    this.#boardId = boardId;
  }

  start(): () => void {
    const stop = this.#live.followOutput(this.#jobId, (event) => {
      if (event === 'reconnected') void this.#fetch();
      else if (event.boardId === this.#boardId) this.#receive(event);
    });
    void this.#fetch();
    return stop;
  }

  readonly snapshot = (): OutputSnapshot => this.#snapshot;

  readonly onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  echo(text: string): void {
    this.#buffer.echo(text);
    this.#changed();
  }

  #receive(piece: LiveText): void {
    if (!this.#isFetching && this.#buffer.append(piece.from, piece.bytes, piece.text)) {
      this.#changed();
      return;
    }
    this.#held.push(piece);
    void this.#fetch();
  }

  async #fetch(): Promise<void> {
    if (this.#isFetching) return;
    this.#isFetching = true;
    try {
      await this.#fetchToEnd();
      this.#error = undefined;
      this.#hasFetched = true;
    } catch (error) {
      this.#error = error;
    }
    this.#isFetching = false;
    this.#changed();
  }

  async #fetchToEnd(): Promise<void> {
    for (;;) {
      const from = this.#buffer.next;
      const { text, next, cutBytes, run } = await api.output(this.#jobId, this.#boardId, from);
      this.#buffer.appendFetched(text, next, cutBytes);
      this.#takeHeld();
      this.#changed();
      if (next <= from || this.#buffer.next >= run.outputBytes) return;
    }
  }

  /** What still does not join stays out: the next live piece after it asks for a fetch again. */
  #takeHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const piece of held) this.#buffer.append(piece.from, piece.bytes, piece.text);
  }

  // However fast output comes, the page is redrawn once a frame.
  #changed(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      const { pieces, leftOut, cutBytes } = this.#buffer;
      this.#snapshot = { pieces, leftOut, cutBytes, isLoading: !this.#hasFetched && !this.#error, error: this.#error };
      for (const listener of this.#listeners) listener();
    });
  }
}
