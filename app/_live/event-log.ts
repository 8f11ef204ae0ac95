/**
 * The last events heard, so that a snapshot that was on its way while they came does not undo them: take a mark before asking,
 * apply what came since the mark to the answer.
 */
const KEPT = 2_000;

export class EventLog<Event> {
  #events: Event[] = [];
  /** How many were dropped at the front. */
  #dropped = 0;

  note(events: readonly Event[]): void {
    this.#events.push(...events);
    const excess = this.#events.length - KEPT;
    if (excess <= 0) return;
    this.#events.splice(0, excess);
    this.#dropped += excess;
  }

  mark(): number {
    return this.#dropped + this.#events.length;
  }

  since(mark: number): readonly Event[] {
    return this.#events.slice(Math.max(0, mark - this.#dropped));
  }
}
