/**
 * What happened, to whom it concerns: the hub, the boards and the jobs publish, server/live passes it on to browsers.
 * Every event has an id, `EPOCH-NUMBER`; the newest are kept so that a browser that was away for a moment gets what it missed.
 * Output of programs is not kept: it is on disk with its own byte offsets, and would drive everything else out of the ring.
 * This is the implementation for one process; one over NATS can take its place.
 */
import type { EventMap, EventName } from '#lib/api/events.ts';
import type { JobId, TeamId } from '#lib/api/schema.ts';

/** Events kept for replay; a browser that missed more fetches the snapshots again. */
export const REPLAY_EVENTS = 10_000;

export type BusEvent = {
  [Name in EventName]: {
    readonly id: string;
    readonly teamId: TeamId;
    readonly type: Name;
    readonly data: EventMap[Name];
  };
}[EventName];

export type BusListener = (event: BusEvent) => void;
export type OutputListener = (event: Extract<BusEvent, { type: 'run.output' }>) => void;

export interface EventBus {
  publish<Name extends EventName>(teamId: TeamId, name: Name, data: EventMap[Name]): void;
  /** The team's events but output, from now on, in order; the answer ends it. A listener must not throw. */
  subscribe(teamId: TeamId, listener: BusListener): () => void;
  /** Output of one job of the team: a program that prints is no burden on those who do not look at it. */
  watch(teamId: TeamId, jobId: JobId, listener: OutputListener): () => void;
  /** The team's events after `id`; undefined when some of them are no longer kept, or the id is of another run of the hub. */
  since(teamId: TeamId, id: string): readonly BusEvent[] | undefined;
  /** Of the newest event: a snapshot read now contains it. */
  lastId(): string;
}

export function createBus(epoch: string, size = REPLAY_EVENTS): EventBus {
  const ring: BusEvent[] = [];
  const subscribers = createListeners<BusEvent>();
  const watchers = createListeners<Parameters<OutputListener>[0]>();
  let last = 0;
  const idOf = (number: number) => `${epoch}-${number}`;
  const watchKey = (teamId: TeamId, jobId: JobId) => `${teamId} ${jobId}`;

  function publish<Name extends EventName>(teamId: TeamId, name: Name, data: EventMap[Name]): void {
    if (name !== 'run.output') last += 1;
    // The mapped union cannot be built from a generic name; the signature of `publish` proves the pair.
    const event = { id: idOf(last), teamId, type: name, data } as unknown as BusEvent;
    if (event.type === 'run.output') {
      watchers.tell(watchKey(teamId, event.data.jobId), event);
      return;
    }
    ring[(last - 1) % size] = event;
    subscribers.tell(teamId, event);
  }

  function since(teamId: TeamId, id: string): readonly BusEvent[] | undefined {
    const number = Number(id.slice(epoch.length + 1));
    const known = id.startsWith(`${epoch}-`) && /^\d+$/.test(id.slice(epoch.length + 1)) && number <= last;
    if (!known || last - number > size) return undefined;
    const missed: BusEvent[] = [];
    for (let at = number; at < last; at += 1) {
      const event = ring[at % size];
      if (event?.teamId === teamId) missed.push(event);
    }
    return missed;
  }

  return {
    publish,
    subscribe: (teamId, listener) => subscribers.add(teamId, listener),
    watch: (teamId, jobId, listener) => watchers.add(watchKey(teamId, jobId), listener),
    since,
    lastId: () => idOf(last),
  };
}

function createListeners<Event>() {
  const byKey = new Map<string, Set<(event: Event) => void>>();
  return {
    tell(key: string, event: Event): void {
      const listeners = byKey.get(key);
      if (listeners) for (const listener of listeners) listener(event);
    },
    add(key: string, listener: (event: Event) => void): () => void {
      const listeners = byKey.get(key) ?? new Set();
      byKey.set(key, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && byKey.get(key) === listeners) byKey.delete(key);
      };
    },
  };
}
