/** Sessions that come and go: which board each belongs to, that the newest wins, what the board says of itself, and who is told. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BoardId } from '#lib/api/schema.ts';
import { HANDSHAKES_PER_SECOND, PING_INTERVAL_MS } from '#lib/protocol/frames.ts';
import type { BoardInfo } from '#lib/protocol/info.ts';
import {
  Heartbeat,
  Session,
  type SessionDeps,
  type SessionEnd,
  type SessionListener,
  type SessionSocket,
} from '#server/session/session.ts';
import { Admission } from './admission.ts';
import { type BoardEntry, knownRssi } from './board-entry.ts';
import { TRANSFER_WINDOW } from './files.ts';
import type { Adopt, HubDeps, HubListener } from './ports.ts';
import { Presence } from './presence.ts';
import { Registry } from './registry.ts';

const NO_LISTENER: HubListener = { onConnected() {}, onDisconnected() {} };
/** A hub that was lost without a BYE has its boards back spread over at least so long. */
const MIN_RETRY_WINDOW_S = 1;
const GOODBYES_A_TURN = 200;

export class BoardLinks implements SessionListener {
  readonly registry = new Registry();
  readonly presence: Presence;
  readonly admission: Admission;
  readonly #deps: HubDeps;
  readonly #sessionDeps: SessionDeps;
  readonly #heartbeat: Heartbeat;
  readonly #sessions = new Set<Session>();
  #listener = NO_LISTENER;
  #adopt: Adopt = async () => undefined;

  constructor(deps: HubDeps) {
    this.#deps = deps;
    const onError = (error: unknown) => deps.log.error({ err: error }, 'Facts of a board could not be saved');
    this.presence = new Presence(deps.clock, deps.bus, deps.boards, onError);
    this.admission = new Admission(deps.clock);
    this.#heartbeat = new Heartbeat(deps.clock);
    this.#sessionDeps = {
      clock: deps.clock,
      crypto: deps.crypto,
      random: deps.random,
      keys: deps.keys,
      serverSecret: deps.serverSecret,
      listener: this,
      welcome: (boardId) => this.#welcome(boardId),
      nameOf: (boardId) => this.registry.find(boardId)?.stored.name ?? boardId,
    };
  }

  setListener(listener: HubListener): void {
    this.#listener = listener;
  }

  setAdopter(adopt: Adopt): void {
    this.#adopt = adopt;
  }

  /** A socket that admission has let in. */
  openSession(socket: SessionSocket, address: string | null): Session {
    const session = new Session(this.#sessionDeps, socket, address);
    // The first to be watched starts the timer, and presence shares it.
    if (this.#sessions.size === 0) this.#heartbeat.add(this.presence);
    this.#sessions.add(session);
    this.#heartbeat.add(session);
    return session;
  }

  removeBoard(boardId: BoardId): void {
    const entry = this.registry.remove(boardId);
    if (!entry) return;
    const { session } = entry;
    entry.session = undefined;
    session?.end('removed');
    if (session) this.#listener.onDisconnected(boardId, session.lastHeardAt);
    this.presence.forget(entry);
  }

  endSessions(boardId: BoardId): void {
    for (const session of [...this.#sessions]) if (session.claims(boardId)) session.end('removed');
  }

  /** Says goodbye to every board, in a way that spreads their return. */
  async stop(): Promise<void> {
    const windowS = this.#retryWindowS(this.presence.online);
    const sessions = [...this.#sessions];
    for (const [i, session] of sessions.entries()) {
      if (session.state === 'open') session.send({ op: 'bye', rid: 0, windowS });
      session.end('stop');
      // Ten thousand farewells in one go would keep everybody else waiting for a second.
      if (i % GOODBYES_A_TURN === GOODBYES_A_TURN - 1) await nextTurn();
    }
  }

  onAuthenticated(): void {
    this.admission.leave(true);
  }

  onOpened(session: Session): void {
    const entry = this.registry.find(session.boardId);
    if (!entry) {
      void this.#adoptBoard(session);
      return;
    }
    const before = entry.session;
    entry.session = session;
    if (before) {
      entry.execution = undefined;
      before.end('replaced');
      this.#deps.log.warn({ boardId: session.boardId }, 'A newer session has taken over');
      this.#listener.onDisconnected(session.boardId, before.lastHeardAt);
    }
    if (session.info) this.onInfo(session, session.info);
    if (session.info) this.#listener.onConnected(session.boardId, session.info);
  }

  onInfo(session: Session, info: BoardInfo): void {
    const entry = this.#entryOf(session);
    if (!entry) return;
    entry.info = info;
    entry.memFreeBytes = info.mem;
    entry.rssiDbm = knownRssi(info.rssi);
    entry.lastSeenAt = session.lastHeardAt;
    entry.orphanJob = entry.execution ? undefined : info.run;
    this.presence.save(entry);
    if (!this.presence.refresh(entry)) this.presence.touch(entry);
  }

  onPong(
    session: Session,
    pong: { readonly memFreeBytes: number; readonly rssiDbm: number; readonly uptimeS: number },
  ): void {
    const entry = this.#entryOf(session);
    if (!entry) return;
    entry.memFreeBytes = pong.memFreeBytes;
    entry.rssiDbm = knownRssi(pong.rssiDbm);
    entry.uptimeS = pong.uptimeS;
    entry.lastSeenAt = session.lastHeardAt;
    this.presence.touch(entry);
    // Nobody is told when a program ends that nobody waits for: ask.
    if (entry.orphanJob !== undefined) session.sendWelcome();
  }

  onEnded(session: Session, end: SessionEnd): void {
    this.#sessions.delete(session);
    this.#heartbeat.remove(session);
    if (this.#sessions.size === 0) this.#heartbeat.remove(this.presence);
    if (!end.wasAuthenticated) this.admission.leave(false);
    const entry = end.wasOpen ? this.#entryOf(session) : undefined;
    if (!entry) return;
    entry.session = undefined;
    entry.execution = undefined;
    entry.orphanJob = undefined;
    entry.uptimeS = null;
    entry.lastSeenAt = session.lastHeardAt;
    this.presence.refresh(entry);
    this.presence.save(entry);
    this.#listener.onDisconnected(session.boardId, session.lastHeardAt);
  }

  onFailure(session: Session, error: unknown): void {
    this.#deps.log.error({ err: error, boardId: session.boardId }, 'A session failed');
  }

  /** A board of a bundle at its first visit; or one that was removed after its handshake had begun. */
  async #adoptBoard(session: Session): Promise<void> {
    try {
      const stored = session.info && (await this.#adopt(session.boardId, session.info));
      if (stored) this.registry.set(stored);
      if (session.state !== 'open') return;
      if (this.registry.find(session.boardId)) this.onOpened(session);
      else session.end('removed');
    } catch (error) {
      this.onFailure(session, error);
      session.end('removed');
    }
  }

  /** The entry that this session speaks for; undefined once another has taken over. */
  #entryOf(session: Session): BoardEntry | undefined {
    const entry = this.registry.find(session.boardId);
    return entry?.session === session ? entry : undefined;
  }

  #welcome(boardId: BoardId) {
    return {
      timeS: Math.floor(this.#deps.clock.now() / 1000),
      heartbeatS: PING_INTERVAL_MS / 1000,
      window: TRANSFER_WINDOW,
      retryS: this.#retryWindowS(this.registry.size),
      job: this.#listener.lastJobOf?.(boardId) ?? 0,
      clientVersion: this.#deps.clientVersion,
    };
  }

  #retryWindowS(boards: number): number {
    return Math.max(MIN_RETRY_WINDOW_S, Math.ceil(boards / HANDSHAKES_PER_SECOND));
  }
}
