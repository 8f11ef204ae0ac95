/** INFO after the first one: the board's answer to a WELCOME that was sent again. */
import type { BoardInfo } from '#lib/protocol/info.ts';
import type { BoardOperation } from '#lib/protocol/operations.ts';

interface InfoTarget {
  takeInfo(info: BoardInfo): void;
}

export function handleInfo(target: InfoTarget, operation: Extract<BoardOperation, { op: 'info' }>): boolean {
  target.takeInfo(operation.info);
  return true;
}
