/** DONE: a program has ended, or had ended already; the reply that its EXEC waits for. */
import type { BoardOperation } from '#lib/protocol/operations.ts';
import type { Reply } from '../pending.ts';

interface DoneTarget {
  takeReply(reply: Reply): boolean;
}

export function handleDone(target: DoneTarget, done: Extract<BoardOperation, { op: 'done' }>): boolean {
  return target.takeReply(done);
}
