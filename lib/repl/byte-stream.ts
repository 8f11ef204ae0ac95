/**
 * A line to a board: a serial port, a virtual board's UART, a REPL relayed by the hub. lib/repl needs no more than this.
 * Read next: raw-repl.ts.
 */
export interface ByteStream {
  /** Resolves when the bytes are on their way to the board. */
  write(bytes: Uint8Array): Promise<void>;
  /** Tells of what arrives from now on and, once, of the line's end. Answers how to stop listening. */
  listen(onBytes: (bytes: Uint8Array) => void, onEnd: (reason: Error) => void): () => void;
}

/** A moment that does not move: a wait that each byte renews never ends on a program that prints. */
export type Deadline = number;

export function deadlineIn(ms: number): Deadline {
  return performance.now() + ms;
}
