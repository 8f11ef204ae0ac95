/** The thread of one virtual board: it runs MicroPython and never returns to its event loop. See virtual-board.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { BoardThread } from './board/board-thread.ts';
import type { WorkerStart } from './board/messages.ts';

if (parentPort === null)
  throw new Error('This file is the thread of a virtual board; start one with startVirtualBoard.');
const port = parentPort;
const start: WorkerStart = workerData;
await new BoardThread(start, (message) => port.postMessage(message)).run();
