/** Board keys at rest: AES-256-GCM under the hub's key-encryption key, bound to their team, board and epoch. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { BoardId, TeamId } from '#lib/api/schema.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface KeyPlace {
  readonly teamId: TeamId;
  readonly boardId: BoardId;
  readonly epoch: number;
}

/** Each part has its length in front, so that no two places give the same bytes. */
function additionalData(place: KeyPlace): Buffer {
  const parts = [place.teamId, place.boardId, String(place.epoch)].map((part) => Buffer.from(part));
  return Buffer.concat(parts.flatMap((part) => [Buffer.of(part.length), part]));
}

export function wrapKey(keyEncryptionKey: Uint8Array, place: KeyPlace, key: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyEncryptionKey, nonce).setAAD(additionalData(place));
  return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
}

/** Throws when a bit was changed, or when the row was moved to another board, team or epoch. */
export function unwrapKey(keyEncryptionKey: Uint8Array, place: KeyPlace, wrapped: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', keyEncryptionKey, wrapped.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(additionalData(place)).setAuthTag(wrapped.subarray(wrapped.length - TAG_BYTES));
  return Buffer.concat([decipher.update(wrapped.subarray(NONCE_BYTES, wrapped.length - TAG_BYTES)), decipher.final()]);
}
