/** A queue of bytes between two threads: one writes, one reads, neither waits. Head and tail are two shared words. */
export class ByteRing {
  readonly #words: Int32Array;
  readonly #head: number;
  readonly #tail: number;
  readonly #bytes: Uint8Array;

  /** `at` is the index of the head word; the tail follows it. One byte of `bytes` always stays empty. */
  constructor(words: Int32Array, at: number, bytes: Uint8Array) {
    this.#words = words;
    this.#head = at;
    this.#tail = at + 1;
    this.#bytes = bytes;
  }

  get used(): number {
    const size = this.#bytes.length;
    return (Atomics.load(this.#words, this.#head) - Atomics.load(this.#words, this.#tail) + size) % size;
  }

  get room(): number {
    return this.#bytes.length - 1 - this.used;
  }

  /** The writer's side: takes as much as fits and answers how much that was. */
  write(source: Uint8Array): number {
    const count = Math.min(source.length, this.room);
    const head = Atomics.load(this.#words, this.#head);
    const first = Math.min(count, this.#bytes.length - head);
    this.#bytes.set(source.subarray(0, first), head);
    this.#bytes.set(source.subarray(first, count), 0);
    Atomics.store(this.#words, this.#head, (head + count) % this.#bytes.length);
    return count;
  }

  /** The reader's side: fills as much of `target` as there is and answers how much that was. */
  read(target: Uint8Array): number {
    const count = Math.min(target.length, this.used);
    const tail = Atomics.load(this.#words, this.#tail);
    const first = Math.min(count, this.#bytes.length - tail);
    target.set(this.#bytes.subarray(tail, tail + first));
    target.set(this.#bytes.subarray(0, count - first), first);
    Atomics.store(this.#words, this.#tail, (tail + count) % this.#bytes.length);
    return count;
  }

  /** The reader's side: a copy of everything that is there. */
  readAll(): Uint8Array {
    const target = new Uint8Array(this.used);
    return target.subarray(0, this.read(target));
  }
}
