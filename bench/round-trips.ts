/** Requests and replies over links of any kind: each link sends its next request when it has the reply of the last. */
export interface Link {
  /** Resolves when as many bytes have come back. */
  roundTrip(text: string): Promise<void>;
  close(): void;
}

export interface Round {
  readonly perSecond: number;
  readonly latenciesMs: readonly number[];
}

export async function drive(links: readonly Link[], text: string, durationMs: number): Promise<Round> {
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  const endsAt = startedAt + durationMs;
  const keepAsking = async (link: Link) => {
    for (let sentAt = performance.now(); sentAt < endsAt; sentAt = performance.now()) {
      await link.roundTrip(text);
      latenciesMs.push(performance.now() - sentAt);
    }
  };
  await Promise.all(links.map(keepAsking));
  return { perSecond: (latenciesMs.length * 1000) / (performance.now() - startedAt), latenciesMs };
}

/** Counts the bytes that come back and settles the one request under way. */
export class ReplyCounter {
  #missing = 0;
  #settle: { resolve: () => void; reject: (error: Error) => void } | undefined;

  wait(bytes: number): Promise<void> {
    this.#missing = bytes;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  received(bytes: number): void {
    this.#missing -= bytes;
    if (this.#missing <= 0) this.#settle?.resolve();
  }

  failed(error: Error): void {
    this.#settle?.reject(error);
  }
}
