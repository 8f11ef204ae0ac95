/** OUT: bytes of a program's standard output. */
import type { BoardOperation } from '#lib/protocol/operations.ts';

interface OutputTarget {
  takeOutput(rid: number, bytes: Uint8Array): boolean;
}

export function handleOut(target: OutputTarget, out: Extract<BoardOperation, { op: 'out' }>): boolean {
  return target.takeOutput(out.rid, out.bytes);
}
