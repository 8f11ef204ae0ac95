/** The sockets as the firmware's Python sees them: integers in and out, a negative one is -errno; buffers by address. */
import type { WorkerMessage } from './messages.ts';
import type { SharedMemory, SharedSocket } from './shared-memory.ts';
import { SOCKET, SOCKET_STATE } from './shared-memory.ts';

const EAGAIN = 11;
const ENOMEM = 12;
const EBADF = 9;
const ECONNRESET = 104;
const EHOSTUNREACH = 113;
const ENOTCONN = 128;

interface SocketContext {
  readonly shared: SharedMemory;
  readonly post: (message: WorkerMessage) => void;
  readonly tellMain: () => void;
  readonly memory: () => Uint8Array;
  readonly isOnline: () => boolean;
}

export function socketFunctions({ shared, post, tellMain, memory, isOnline }: SocketContext) {
  const socketOf = (index: number): SharedSocket | undefined => shared.sockets[index];
  return {
    socket_open(): number {
      const index = shared.sockets.findIndex((each) => each.get(SOCKET.state) === SOCKET_STATE.free);
      if (index < 0) return -ENOMEM;
      socketOf(index)?.set(SOCKET.state, SOCKET_STATE.opening);
      return index;
    },
    socket_connect(index: number, host: string, port: number): void {
      if (!isOnline()) {
        socketOf(index)?.set(SOCKET.error, EHOSTUNREACH);
        socketOf(index)?.set(SOCKET.state, SOCKET_STATE.failed);
        return;
      }
      socketOf(index)?.set(SOCKET.state, SOCKET_STATE.connecting);
      post({ kind: 'connect', socket: index, host, port });
    },
    socket_close(index: number): void {
      socketOf(index)?.set(SOCKET.state, SOCKET_STATE.closing);
      post({ kind: 'close', socket: index });
    },
    /** SOCKET_STATE, or -errno when it has failed. */
    socket_state(index: number): number {
      const socket = socketOf(index);
      if (socket === undefined) return -EBADF;
      const state = socket.get(SOCKET.state);
      return state === SOCKET_STATE.failed ? -(socket.get(SOCKET.error) || ECONNRESET) : state;
    },
    socket_callback(index: number, wanted: number): void {
      socketOf(index)?.set(SOCKET.hasCallback, wanted);
    },
    /** 1 once for everything that arrived since it was last asked. */
    socket_event(index: number): number {
      return socketOf(index)?.take(SOCKET.event) ?? 0;
    },
    /** Bytes to read; -1: nothing more will come. The end is read first, since data is always published before it. */
    socket_available(index: number): number {
      const socket = socketOf(index);
      if (socket === undefined) return -1;
      const over = socket.get(SOCKET.state) === SOCKET_STATE.failed || socket.get(SOCKET.ended) === 1;
      return socket.received.used || (over ? -1 : 0);
    },
    socket_room(index: number): number {
      return socketOf(index)?.sending.room ?? 0;
    },
    socket_receive(index: number, address: number, length: number): number {
      const socket = socketOf(index);
      if (socket === undefined) return -EBADF;
      const ended = socket.get(SOCKET.ended) === 1;
      // lwIP drops unread data when a connection is aborted.
      if (socket.get(SOCKET.state) === SOCKET_STATE.failed) return -(socket.get(SOCKET.error) || ECONNRESET);
      const count = socket.received.read(memory().subarray(address, address + length));
      if (socket.get(SOCKET.starved) === 1) tellMain();
      return count || (ended || length === 0 ? 0 : -EAGAIN);
    },
    socket_send(index: number, address: number, length: number): number {
      const socket = socketOf(index);
      if (socket === undefined) return -EBADF;
      const state = socket.get(SOCKET.state);
      if (state === SOCKET_STATE.failed) return -(socket.get(SOCKET.error) || ECONNRESET);
      // lwIP queues what is written between SYN and SYN-ACK.
      if (state !== SOCKET_STATE.connected && state !== SOCKET_STATE.connecting) return -ENOTCONN;
      const count = socket.sending.write(memory().subarray(address, address + length));
      if (count > 0) tellMain();
      return count || -EAGAIN;
    },
  };
}
