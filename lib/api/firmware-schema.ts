/** The public contract of firmware: what can be flashed, and what of it lies in the hub's cache. */
import { z } from 'zod';
import { sha256Schema } from './provision-schema.ts';

export const MAX_FIRMWARE_BYTES = 4 * 1024 * 1024;
/** Downloaded files in the cache, and uploaded files of a team. */
export const MAX_FIRMWARE_FILES = 40;
export const FIRMWARE_PAGE = 'https://micropython.org/download/ESP8266_GENERIC/';

/** Of a listed file its name without `.bin`; of an uploaded one its SHA-256. */
export const firmwareIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/, 'a firmware id is a file’s name');

export const firmwareSchema = z.object({
  id: firmwareIdSchema,
  source: z.enum(['catalogue', 'upload']),
  name: z.string(),
  /** `1.28.0`; null for an uploaded file, which does not say. */
  version: z.string().nullable(),
  /** `standard`, `FLASH_1M` …; null for an uploaded file. */
  variant: z.string().nullable(),
  /** Day of the build, `2026-04-06`. */
  date: z.iso.date().nullable(),
  preview: z.boolean(),
  /** The newest stable one of its variant. */
  newest: z.boolean(),
  /** Smallest flash on which it works; null when that is not known. */
  minFlashBytes: z.number().int().nullable(),
  /** False for builds that cannot carry the client; `why` says what they lack. */
  usable: z.boolean(),
  why: z.string().nullable(),
  /** In the hub's cache: there to be flashed, with or without internet. */
  cached: z.object({ sha256: sha256Schema, sizeBytes: z.number().int(), at: z.iso.datetime() }).nullable(),
  /** A download that is under way. */
  download: z.object({ receivedBytes: z.number().int(), totalBytes: z.number().int().nullable() }).nullable(),
});
export type Firmware = z.infer<typeof firmwareSchema>;

export const firmwareListSchema = z.object({
  listing: z.object({
    url: z.string(),
    /** When it was last known to be as shown; null: never. */
    checkedAt: z.iso.datetime().nullable(),
    ageS: z.number().int().nullable(),
    /** Why it could not be read just now; null: it could, or did not have to be. */
    problem: z.string().nullable(),
  }),
  /** The newest first. Firmware in the cache is there even when the listing does not name it any more. */
  firmware: z.array(firmwareSchema),
});
export type FirmwareList = z.infer<typeof firmwareListSchema>;

/** The name under which an uploaded file is shown. */
export const firmwareUploadQuerySchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused
    .regex(/^[^\x00-\x1f\x7f/\\]+$/, 'a file name has no slashes and no control characters')
    .default('firmware.bin'),
});
