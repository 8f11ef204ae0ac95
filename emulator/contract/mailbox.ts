/** Things that arrive in order, and tests that ask for the first one of a kind, before or after it has come. */
import { within } from './deadline.ts';

interface Waiter<T> {
  readonly wants: (item: T) => boolean;
  readonly resolve: (item: T) => void;
  readonly reject: (error: Error) => void;
}

export class Mailbox<T> {
  readonly #items: T[] = [];
  readonly #waiters: Waiter<T>[] = [];
  #closed: Error | undefined;

  put(item: T): void {
    const at = this.#waiters.findIndex((waiter) => waiter.wants(item));
    if (at < 0) this.#items.push(item);
    else this.#waiters.splice(at, 1)[0]?.resolve(item);
  }

  /** Nothing more will come: whoever still waits is told why. */
  close(reason: Error): void {
    this.#closed = reason;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(reason);
  }

  /** What has arrived and was not asked for yet. */
  waiting(wants: (item: T) => boolean): readonly T[] {
    return this.#items.filter(wants);
  }

  take<Kind extends T>(wants: (item: T) => item is Kind, what: string): Promise<Kind> {
    const found = this.#items.find(wants);
    if (found !== undefined) {
      this.#items.splice(this.#items.indexOf(found), 1);
      return Promise.resolve(found);
    }
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const arrival = new Promise<Kind>((resolve, reject) => {
      this.#waiters.push({ wants, resolve: (item) => wants(item) && resolve(item), reject });
    });
    return within(arrival, what);
  }
}
