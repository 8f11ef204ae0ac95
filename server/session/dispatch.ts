/** The map of what a board may send once it is known: one handler an operation. What comes earlier is refused by machine.ts. */
import { assertNever } from '#lib/machine.ts';
import type { BoardOperation } from '#lib/protocol/operations.ts';
import { handleDone } from './handlers/done.ts';
import { handleInfo } from './handlers/info.ts';
import { handleOut } from './handlers/out.ts';
import { handlePong } from './handlers/pong.ts';
import { handleReply } from './handlers/reply.ts';
import type { Session } from './session.ts';

/** False when the operation cannot come now: the session is closed for it. */
export function dispatch(session: Session, operation: BoardOperation): boolean {
  switch (operation.op) {
    case 'out':
      return handleOut(session, operation);
    case 'done':
      return handleDone(session, operation);
    case 'ok':
    case 'data':
    case 'error':
      return handleReply(session, operation);
    case 'pong':
      return handlePong(session, operation);
    case 'info':
      return handleInfo(session, operation);
    default:
      return assertNever(operation);
  }
}
