/** PONG: the board lives, and has a few facts that change. That it was heard is noted for every record alike. */
import type { BoardOperation } from '#lib/protocol/operations.ts';

type Pong = Extract<BoardOperation, { op: 'pong' }>;

interface PongTarget {
  takePong(pong: Pong): void;
}

export function handlePong(target: PongTarget, pong: Pong): boolean {
  target.takePong(pong);
  return true;
}
