/**
 * One browser: what it hears and what it may say. A browser that reads too slowly is not buffered for: it misses events, and once it
 * has caught up it is told to fetch the snapshots again.
 */
import { type LiveClientMessage, type LiveServerMessage, liveClientMessageSchema } from '#lib/api/events.ts';
import type { BoardId, JobId } from '#lib/api/schema.ts';
import { isAppError } from '#lib/errors.ts';
import { assertNever } from '#lib/machine.ts';
import type { BusEvent, EventBus } from '#server/bus/bus.ts';
import type { Gate, Principal } from '#server/teams/teams.ts';

/** Unsent bytes at which a browser counts as too slow, and at which it has caught up. */
export const SLOW_AT_BYTES = 1024 * 1024;
export const CAUGHT_UP_AT_BYTES = 64 * 1024;
const CATCH_UP_CHECK_MS = 100;
/** A socket that stays full for so long has nobody behind it. */
const SLOW_FOR_MS = 30_000;
const MAX_WATCHED_JOBS = 100;

/** What a browser may do to a program; server/jobs does it. */
export interface LiveJobs {
  stdin(teamId: Principal['teamId'], jobId: JobId, boardId: BoardId, data: string): Promise<void>;
  interrupt(teamId: Principal['teamId'], jobId: JobId, boardId: BoardId): Promise<void>;
}

export interface SubscriberDeps {
  readonly socket: {
    readonly bufferedAmount: number;
    send(text: string): void;
    terminate(): void;
  };
  readonly principal: Principal;
  readonly bus: EventBus;
  readonly jobs: LiveJobs;
  readonly demand: Gate['demand'];
}

export interface Subscriber {
  /** One message; undefined when it was not text. */
  receive(text: string | undefined): Promise<void>;
  end(): void;
}

export function createSubscriber({ socket, principal, bus, jobs, demand }: SubscriberDeps): Subscriber {
  const { teamId } = principal;
  const watched = new Map<JobId, () => void>();
  let unsubscribe: (() => void) | undefined;
  let catchUp: NodeJS.Timeout | undefined;

  const send = (message: LiveServerMessage) => socket.send(JSON.stringify(message));

  function pass(event: BusEvent): void {
    if (catchUp !== undefined) return;
    if (socket.bufferedAmount > SLOW_AT_BYTES) waitUntilCaughtUp();
    else send(asMessage(event));
  }

  function waitUntilCaughtUp(): void {
    const since = Date.now();
    catchUp = setInterval(() => {
      if (Date.now() - since > SLOW_FOR_MS) return socket.terminate();
      if (socket.bufferedAmount > CAUGHT_UP_AT_BYTES) return;
      clearInterval(catchUp);
      catchUp = undefined;
      send({ type: 'resync', id: bus.lastId() });
    }, CATCH_UP_CHECK_MS).unref();
  }

  function subscribe(after: string | undefined): void {
    unsubscribe?.();
    const missed = after === undefined ? [] : bus.since(teamId, after);
    if (missed) for (const event of missed) pass(event);
    else send({ type: 'resync', id: bus.lastId() });
    unsubscribe = bus.subscribe(teamId, pass);
    send({ type: 'ready', id: bus.lastId() });
  }

  function watch(jobId: JobId): void {
    if (watched.size >= MAX_WATCHED_JOBS || watched.has(jobId)) return;
    const passOutput = (event: BusEvent) => unsubscribe && pass(event);
    watched.set(jobId, bus.watch(teamId, jobId, passOutput));
  }

  async function handle(message: LiveClientMessage): Promise<void> {
    switch (message.type) {
      case 'subscribe':
        return subscribe(message.after);
      case 'watch':
        return watch(message.jobId);
      case 'unwatch':
        watched.get(message.jobId)?.();
        watched.delete(message.jobId);
        return;
      case 'stdin':
        demand(principal, 'job.run');
        return jobs.stdin(teamId, message.jobId, message.boardId, message.data);
      case 'interrupt':
        demand(principal, 'job.run');
        return jobs.interrupt(teamId, message.jobId, message.boardId);
      default:
        return assertNever(message);
    }
  }

  async function receive(text: string | undefined): Promise<void> {
    const message = liveClientMessageSchema.safeParse(parseJson(text));
    if (!message.success)
      return send({ type: 'error', code: 'invalid_input', message: 'The message is not one that this socket takes.' });
    try {
      await handle(message.data);
    } catch (error) {
      const known = isAppError(error);
      send({
        type: 'error',
        code: known ? error.code : 'internal',
        message: known ? error.message : 'Internal error.',
      });
    }
  }

  function end(): void {
    unsubscribe?.();
    for (const unwatch of watched.values()) unwatch();
    clearInterval(catchUp);
  }

  return { receive, end };
}

function asMessage({ id, type, data }: BusEvent): LiveServerMessage {
  // The bus has paired type and data; taking the event apart loses the proof.
  return { type, id, data } as LiveServerMessage;
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
