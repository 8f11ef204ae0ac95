/**
 * Browsers' sockets at /api/v1/live: who it is is proved before the upgrade, then events of the bus as they happen, what was missed
 * after a reconnect, and the keys a person types into a running program. It hears the bus, never a session of a board.
 * Read subscriber.ts next.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { LiveServerMessage } from '#lib/api/events.ts';
import { ERRORS, isAppError } from '#lib/errors.ts';
import { WsOutbox } from '#lib/node/ws-outbox.ts';
import type { EventBus } from '#server/bus/bus.ts';
import type { Log } from '#server/log.ts';
import { isOwnOrigin, type Principal, type Teams } from '#server/teams/teams.ts';
import { createSubscriber, type LiveJobs, type SubscriberDeps } from './subscriber.ts';

export interface LiveDeps {
  readonly teams: Pick<Teams, 'gate' | 'isSessionAlive' | 'onSessionEnded'>;
  readonly bus: EventBus;
  readonly jobs: LiveJobs;
  readonly log: Log;
}

export interface Live {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  stop(): void;
}

const MAX_MESSAGE_BYTES = 64 * 1024;
/** A session that lapses unused, or whose member was removed, is found at the latest after this; a sign-out at once. */
const SESSION_CHECK_MS = 30_000;
/** RFC 6455 leaves 4000 to 4999 to applications. */
const CLOSE_SIGNED_OUT = 4401;
const CLOSE_GOING_AWAY = 1001;
const CLOSE_TRY_LATER = 1013;
/** Tabs and programs of one person that listen at once; each may hold a megabyte of unsent events. */
export const MAX_LIVE_SOCKETS = 200;
const LOCAL_PERSON = 'local';

export function createLive({ teams, bus, jobs, log }: LiveDeps): Live {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  const bySession = new Map<string, Set<WebSocket>>();
  const byPerson = new Map<string, Set<WebSocket>>();

  const forgetEnded = teams.onSessionEnded((sessionHash) => {
    for (const socket of bySession.get(sessionHash) ?? []) socket.close(CLOSE_SIGNED_OUT, 'signed out');
  });
  const sweep = setInterval(() => void closeLapsed(), SESSION_CHECK_MS).unref();

  async function closeLapsed(): Promise<void> {
    for (const [sessionHash, sockets] of bySession) {
      if (await teams.isSessionAlive(sessionHash)) continue;
      for (const socket of sockets) socket.close(CLOSE_SIGNED_OUT, 'signed out');
    }
  }

  function accept(socket: WebSocket, stream: Duplex, principal: Principal): void {
    socket.on('error', (error) => log.debug({ reason: error.message }, 'A live socket failed'));
    const person = principal.user?.id ?? LOCAL_PERSON;
    if ((byPerson.get(person)?.size ?? 0) >= MAX_LIVE_SOCKETS) {
      refuseOneMore(socket);
      return;
    }
    remember(byPerson, person, socket);
    if (principal.sessionHash !== null) remember(bySession, principal.sessionHash, socket);
    const subscriber = createSubscriber({
      socket: browserSocket(socket, stream),
      principal,
      bus,
      jobs,
      demand: teams.gate.demand,
    });
    socket.on('message', (data, isBinary) => void subscriber.receive(isBinary ? undefined : String(data)));
    socket.once('close', subscriber.end);
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { origin, host, authorization, cookie } = request.headers;
    const isOurs = origin === undefined ? authorization !== undefined : isOwnOrigin(origin, host);
    if (!isOurs) return refuse(socket, '403 Forbidden');
    const principal = await identify({ authorization, cookie, remoteAddress: request.socket.remoteAddress ?? '' });
    if (!principal) return refuse(socket, '401 Unauthorized');
    server.handleUpgrade(request, socket, head, (webSocket) => accept(webSocket, socket, principal));
  }

  async function identify(credentials: Parameters<typeof teams.gate.identify>[0]): Promise<Principal | undefined> {
    try {
      const principal = await teams.gate.identify(credentials);
      teams.gate.demand(principal, 'board.read');
      return principal;
    } catch (error) {
      if (isAppError(error)) return undefined;
      throw error;
    }
  }

  return {
    handleUpgrade(request, socket, head) {
      upgrade(request, socket, head).catch((err: unknown) => {
        log.error({ err }, 'A live socket could not be opened');
        socket.destroy();
      });
    },
    stop() {
      clearInterval(sweep);
      forgetEnded();
      for (const socket of server.clients) socket.close(CLOSE_GOING_AWAY);
      server.close();
    },
  };
}

function remember(sockets: Map<string, Set<WebSocket>>, key: string, socket: WebSocket): void {
  const ofKey = sockets.get(key) ?? new Set();
  sockets.set(key, ofKey.add(socket));
  socket.once('close', () => {
    ofKey.delete(socket);
    if (ofKey.size === 0) sockets.delete(key);
  });
}

/** Over the socket: a browser does not let a page see why an upgrade was refused. */
function refuseOneMore(socket: WebSocket): void {
  const { message } = ERRORS.too_many_live_sockets;
  socket.send(JSON.stringify({ type: 'error', code: 'too_many_live_sockets', message } satisfies LiveServerMessage));
  socket.close(CLOSE_TRY_LATER);
}

function browserSocket(socket: WebSocket, stream: Duplex): SubscriberDeps['socket'] {
  const outbox = new WsOutbox(socket, stream);
  return {
    get bufferedAmount() {
      return outbox.bufferedBytes;
    },
    send: (text) => outbox.sendText(text),
    terminate: () => socket.terminate(),
  };
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
