/** `/device`: takes the upgrade of a board's socket and feeds its session. All that is refused here costs no cryptography. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { WsOutbox } from '#lib/node/ws-outbox.ts';
import { MAX_BYTES_AFTER_AUTHENTICATION } from '#lib/protocol/frames.ts';
import type { Session, SessionSocket } from '#server/session/session.ts';
import type { Admission } from './admission.ts';

/** A board that does not answer a close is cut off. */
const CLOSE_TIMEOUT_MS = 2_000;

// The types of `ws` do not know closeTimeout yet.
const OPTIONS: ServerOptions & { closeTimeout: number } = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: MAX_BYTES_AFTER_AUTHENTICATION,
  closeTimeout: CLOSE_TIMEOUT_MS,
};

export type OpenSession = (socket: SessionSocket, address: string | null) => Session;

export class DeviceEndpoint {
  readonly #admission: Admission;
  readonly #openSession: OpenSession;
  readonly #server = new WebSocketServer(OPTIONS);
  #openSockets = 0;
  #onAllClosed: (() => void) | undefined;
  #isStopping = false;

  constructor(admission: Admission, openSession: OpenSession) {
    this.#admission = admission;
    this.#openSession = openSession;
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (isFromBrowser(request)) {
      refuse(socket, '403 Forbidden');
    } else if (this.#isStopping || !this.#admission.enter()) {
      refuse(socket, '503 Service Unavailable');
    } else {
      const leave = () => this.#admission.leave(false);
      socket.once('close', leave);
      this.#server.handleUpgrade(request, socket, head, (ws) => {
        // From here on the session counts the socket.
        socket.off('close', leave);
        this.#take(ws, socket, plainAddress(request.socket.remoteAddress));
      });
    }
  }

  /** Lets nobody in any more; resolves when the last socket has closed. */
  stop(): Promise<void> {
    this.#isStopping = true;
    return new Promise((resolve) => {
      this.#onAllClosed = resolve;
      this.#reportIfClosed();
    });
  }

  #take(ws: WebSocket, socket: Duplex, address: string | null): void {
    this.#openSockets += 1;
    const session = this.#openSession(new BoardSocket(ws, socket), address);
    ws.on('message', (data, isBinary) => {
      if (isBinary && data instanceof Uint8Array) session.receive(data);
      else session.receiveText();
    });
    ws.on('close', () => {
      session.socketClosed();
      this.#openSockets -= 1;
      this.#reportIfClosed();
    });
    // `ws` closes the socket itself after an error, and 'close' follows.
    ws.on('error', ignore);
  }

  #reportIfClosed(): void {
    if (this.#openSockets === 0) this.#onAllClosed?.();
  }
}

class BoardSocket implements SessionSocket {
  readonly #ws: WebSocket;
  readonly #outbox: WsOutbox;

  constructor(ws: WebSocket, socket: Duplex) {
    this.#ws = ws;
    this.#outbox = new WsOutbox(ws, socket);
  }

  send(message: Uint8Array): void {
    this.#outbox.sendBinary(message);
  }

  bufferedBytes(): number {
    return this.#outbox.bufferedBytes;
  }

  close(code: number): void {
    this.#outbox.flush();
    this.#ws.close(code);
  }
}

/** A browser sends Origin with every upgrade and Cookie where it has one; a board sends neither. */
function isFromBrowser(request: IncomingMessage): boolean {
  return request.headers.origin !== undefined || request.headers.cookie !== undefined;
}

function ignore(): void {}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', ignore);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

/** A socket that listens on `::` names an IPv4 peer as `::ffff:192.0.2.7` (RFC 4291 §2.5.5.2). */
function plainAddress(address: string | undefined): string | null {
  return address?.replace(/^::ffff:/, '') ?? null;
}
