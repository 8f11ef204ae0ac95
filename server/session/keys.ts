/** Which key a board is met with, and changing it (docs/decisions/0002-wire-details.md, "KEY is confirmed by use"). */
import type { BoardId } from '#lib/api/schema.ts';
import { AUTHENTICATION_TIMEOUT_MS, KEY_BYTES } from '#lib/protocol/frames.ts';
import { deriveDecoyKey, deriveNextKey, type Hello } from '#lib/protocol/handshake.ts';
import { boardErrorOf } from './pending.ts';
import type { SessionDeps, SessionKey } from './ports.ts';
import type { Session } from './session.ts';

export interface ChosenKey extends SessionKey {
  /** True for a key that its first handshake confirms. */
  readonly isNext: boolean;
  readonly mustRotate: boolean;
}

/**
 * The key of the epoch that M1 names. An unknown board and an epoch that is not ours get a decoy, made for every M1 so that it
 * costs the same whether it is used or not: they fail where a wrong key fails.
 */
export async function chooseKey(deps: SessionDeps, boardId: BoardId, hello: Hello): Promise<ChosenKey> {
  const decoy = deriveDecoyKey(deps.crypto, deps.serverSecret, hello.boardId);
  const ring = await deps.keys.findKeys(boardId);
  if (ring?.current.epoch === hello.epoch) {
    // A next key that no handshake has confirmed: the board may never have got it, so it is given a new one.
    return { ...ring.current, isNext: false, mustRotate: ring.singleUse || ring.next !== undefined };
  }
  if (ring?.next?.epoch === hello.epoch) return { ...ring.next, isNext: true, mustRotate: false };
  return { epoch: hello.epoch, key: decoy, isNext: false, mustRotate: false };
}

/** Gives the board its next key; it is on the hub's disk before the board hears of it. Answers the board's refusal, if it refuses. */
export async function rotateKey(deps: SessionDeps, session: Session, current: SessionKey): Promise<Error | undefined> {
  const random = deps.crypto.randomBytes(KEY_BYTES);
  const epoch = current.epoch + 1;
  await deps.keys.saveNextKey(session.boardId, { epoch, key: deriveNextKey(deps.crypto, current.key, random) });
  try {
    const operation = { op: 'key', rid: session.newRid(), epoch, random } as const;
    await session.request(operation, { command: 'KEY', accepts: ['ok'], timeoutMs: AUTHENTICATION_TIMEOUT_MS });
    return undefined;
  } catch (error) {
    if (error instanceof Error && boardErrorOf(error)) return error;
    throw error;
  }
}
