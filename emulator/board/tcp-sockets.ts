/** The board's TCP connections, held by the main thread: node:net at one end, the shared rings at the other. */

import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { Doorbell } from './doorbell.ts';
import type { SharedMemory, SharedSocket } from './shared-memory.ts';
import { SOCKET, SOCKET_STATE, WORD } from './shared-memory.ts';

/** The numbers of lwIP's errno.h. */
const ERRNO: Readonly<Record<string, number>> = {
  ECONNREFUSED: 111,
  ECONNRESET: 104,
  EPIPE: 104,
  EHOSTUNREACH: 113,
  ENETUNREACH: 113,
  ETIMEDOUT: 110,
  ENOTFOUND: 2,
  EAI_AGAIN: 2,
};
const EIO = 5;
/** How long the peer has to answer our FIN before the connection is cut. */
const LINGER_MS = 500;

interface Connection {
  readonly tcp: Socket;
  readonly shared: SharedSocket;
  /** Received, but the ring was full. */
  waiting: Buffer | undefined;
  hasEnded: boolean;
}

export class TcpSockets {
  readonly #memory: SharedMemory;
  readonly #doorbell: Doorbell;
  readonly #connections = new Map<number, Connection>();

  constructor(memory: SharedMemory, doorbell: Doorbell) {
    this.#memory = memory;
    this.#doorbell = doorbell;
  }

  connect(index: number, host: string, port: number): void {
    const shared = this.#memory.sockets[index];
    if (shared === undefined) return;
    const tcp = connect({ host, port, noDelay: true });
    const connection: Connection = { tcp, shared, waiting: undefined, hasEnded: false };
    this.#connections.set(index, connection);
    const whileOpen = (task: () => void) => () => {
      if (this.#connections.get(index) === connection) task();
    };
    tcp.on(
      'connect',
      whileOpen(() => this.#connected(connection)),
    );
    tcp.on('data', (bytes: Buffer) => {
      if (this.#connections.get(index) !== connection) return;
      connection.waiting = connection.waiting ? Buffer.concat([connection.waiting, bytes]) : bytes;
      this.#deliver(connection);
    });
    tcp.on(
      'end',
      whileOpen(() => this.#end(connection)),
    );
    tcp.on(
      'drain',
      whileOpen(() => this.#send(connection)),
    );
    tcp.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#connections.get(index) === connection) this.#fail(connection, ERRNO[error.code ?? ''] ?? EIO);
    });
  }

  /** Python has closed the socket: what it wrote still goes out. */
  close(index: number): void {
    const connection = this.#connections.get(index);
    this.#connections.delete(index);
    if (connection !== undefined) {
      const { tcp, shared } = connection;
      const rest = shared.sending.readAll();
      if (tcp.writable) tcp.end(rest);
      const cut = setTimeout(() => tcp.destroy(), LINGER_MS);
      tcp.on('error', () => tcp.destroy()).on('close', () => clearTimeout(cut));
      tcp.resume();
    }
    this.#memory.sockets[index]?.clear();
    this.#memory.wake();
  }

  /** The worker has written, or has made room. */
  attend(): void {
    for (const connection of this.#connections.values()) {
      this.#send(connection);
      if (connection.shared.get(SOCKET.starved) === 1) this.#deliver(connection);
    }
  }

  /** Cuts every connection with a reset. The board's side learns of it as lwIP would tell it: without a callback. */
  dropAll(): void {
    for (const connection of this.#connections.values()) {
      connection.tcp.removeAllListeners('error').on('error', () => undefined);
      connection.tcp.resetAndDestroy();
      this.#fail(connection, ERRNO.ECONNRESET ?? EIO);
    }
  }

  /** The board has lost its power: the connections vanish with it. */
  destroyAll(): void {
    for (const { tcp } of this.#connections.values())
      tcp
        .removeAllListeners('error')
        .on('error', () => undefined)
        .destroy();
    this.#connections.clear();
    for (const shared of this.#memory.sockets) shared.clear();
  }

  #connected(connection: Connection): void {
    connection.shared.set(SOCKET.state, SOCKET_STATE.connected);
    this.#send(connection);
  }

  #deliver(connection: Connection): void {
    const { shared, tcp } = connection;
    const before = connection.waiting;
    if (before !== undefined) {
      const count = shared.received.write(before);
      connection.waiting = count < before.length ? before.subarray(count) : undefined;
      if (count > 0) this.#announce(shared);
    }
    if (connection.waiting === undefined) {
      if (shared.take(SOCKET.starved) === 1) tcp.resume();
      if (connection.hasEnded) this.#end(connection);
      return;
    }
    tcp.pause();
    shared.set(SOCKET.starved, 1);
    // The worker may have made room just before it could see that we are waiting for it.
    if (shared.received.room > 0) this.#deliver(connection);
  }

  #end(connection: Connection): void {
    connection.hasEnded = true;
    if (connection.waiting !== undefined || connection.shared.get(SOCKET.ended) === 1) return;
    connection.shared.set(SOCKET.ended, 1);
    this.#announce(connection.shared);
  }

  #fail({ shared }: Connection, error: number): void {
    shared.set(SOCKET.error, error);
    shared.set(SOCKET.state, SOCKET_STATE.failed);
    this.#memory.wake();
  }

  #send({ tcp, shared }: Connection): void {
    while (tcp.writable && !tcp.connecting && !tcp.writableNeedDrain && shared.sending.used > 0) {
      tcp.write(shared.sending.readAll());
    }
    this.#memory.wake();
  }

  #announce(shared: SharedSocket): void {
    if (shared.get(SOCKET.hasCallback) === 1) {
      shared.set(SOCKET.event, 1);
      this.#memory.set(WORD.socketEvent, 1);
      this.#doorbell.ring();
    } else this.#memory.wake();
  }
}
