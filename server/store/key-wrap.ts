/** Secrets at rest: AES-256-GCM under the hub's key-encryption key, bound to the place that each belongs to. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { WifiProfileId } from '#lib/api/provision-schema.ts';
import type { BoardId, TeamId } from '#lib/api/schema.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface KeyPlace {
  readonly teamId: TeamId;
  readonly boardId: BoardId;
  readonly epoch: number;
}

export interface WifiPlace {
  readonly teamId: TeamId;
  readonly profileId: WifiProfileId;
}

export const placeOfKey = (place: KeyPlace) => [place.teamId, place.boardId, String(place.epoch)];
/** A team's id begins with `team_`, so that this place is never one of a key. */
export const placeOfWifi = (place: WifiPlace) => ['wifi', place.teamId, place.profileId];

/** Each part has its length in front, so that no two places give the same bytes. */
function additionalData(place: readonly string[]): Buffer {
  const parts = place.map((part) => Buffer.from(part));
  return Buffer.concat(parts.flatMap((part) => [Buffer.of(part.length), part]));
}

export function wrap(keyEncryptionKey: Uint8Array, place: readonly string[], secret: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyEncryptionKey, nonce).setAAD(additionalData(place));
  return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
}

/** Throws when a bit was changed, or when the row was moved to another place. */
export function unwrap(keyEncryptionKey: Uint8Array, place: readonly string[], wrapped: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', keyEncryptionKey, wrapped.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(additionalData(place)).setAuthTag(wrapped.subarray(wrapped.length - TAG_BYTES));
  return Buffer.concat([decipher.update(wrapped.subarray(NONCE_BYTES, wrapped.length - TAG_BYTES)), decipher.final()]);
}
