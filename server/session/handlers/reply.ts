/** OK, DATA and ERR: answers to one request each. */
import type { Reply } from '../pending.ts';

interface ReplyTarget {
  takeReply(reply: Reply): boolean;
}

export function handleReply(target: ReplyTarget, reply: Extract<Reply, { op: 'ok' | 'data' | 'error' }>): boolean {
  return target.takeReply(reply);
}
