/** Ids: a prefix, the time in base 36, so that they sort as they were made, and 80 random bits. */
import { randomBytes } from 'node:crypto';
import { type WifiProfileId, wifiProfileIdSchema } from '#lib/api/provision-schema.ts';
import {
  type BoardId,
  boardIdSchema,
  type JobId,
  jobIdSchema,
  type TeamId,
  teamIdSchema,
  type UserId,
  userIdSchema,
} from '#lib/api/schema.ts';

const TIME_DIGITS = 9;
const RANDOM_DIGITS = 16;

function newId(prefix: string, now: number): string {
  const random = BigInt(`0x${randomBytes(10).toString('hex')}`)
    .toString(36)
    .padStart(RANDOM_DIGITS, '0');
  return `${prefix}_${now.toString(36).padStart(TIME_DIGITS, '0')}${random}`;
}

export const newJobId = (now: number): JobId => jobIdSchema.parse(newId('job', now));
export const newTeamId = (now: number): TeamId => teamIdSchema.parse(newId('team', now));
export const newUserId = (now: number): UserId => userIdSchema.parse(newId('user', now));
export const newBoardId = (): BoardId => boardIdSchema.parse(randomBytes(16).toString('hex'));
export const newWifiProfileId = (now: number): WifiProfileId => wifiProfileIdSchema.parse(newId('wifi', now));
