/**
 * What happened, to whom it concerns: the hub, the boards and the jobs publish, server/live passes it on to browsers.
 * Every event has an id, `EPOCH-NUMBER`; the newest are kept so that a browser that was away for a moment gets what it missed.
 * Output of programs is not kept: it is on disk with its own byte offsets, and would drive everything else out of the ring.
 * This is the implementation for one process; one over NATS can take its place.
 */
import type { EventMap, EventName } from '#lib/api/events.ts';
import type { TeamId } from '#lib/api/schema.ts';

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

export interface EventBus {
  publish<Name extends EventName>(teamId: TeamId, name: Name, data: EventMap[Name]): void;
  /** Events of the team from now on, in order; the answer ends it. A listener must not throw. */
  subscribe(teamId: TeamId, listener: BusListener): () => void;
  /** The team's events after `id`; undefined when some of them are no longer kept, or the id is of another run of the hub. */
  since(teamId: TeamId, id: string): readonly BusEvent[] | undefined;
  /** Of the newest event: a snapshot read now contains it. */
  lastId(): string;
}

export function createBus(epoch: string, size = REPLAY_EVENTS): EventBus {
  const ring: BusEvent[] = [];
  const listeners = new Map<TeamId, Set<BusListener>>();
  let last = 0;
  const idOf = (number: number) => `${epoch}-${number}`;

  function publish<Name extends EventName>(teamId: TeamId, name: Name, data: EventMap[Name]): void {
    const kept = name !== 'run.output';
    if (kept) last += 1;
    // The mapped union cannot be built from a generic name; the signature of `publish` proves the pair.
    const event = { id: idOf(last), teamId, type: name, data } as unknown as BusEvent;
    if (kept) ring[(last - 1) % size] = event;
    for (const listener of listeners.get(teamId) ?? []) listener(event);
  }

  function subscribe(teamId: TeamId, listener: BusListener): () => void {
    const ofTeam = listeners.get(teamId) ?? new Set();
    listeners.set(teamId, ofTeam.add(listener));
    return () => {
      ofTeam.delete(listener);
      if (ofTeam.size === 0 && listeners.get(teamId) === ofTeam) listeners.delete(teamId);
    };
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

  return { publish, subscribe, since, lastId: () => idOf(last) };
}
