/** The public contract of provisioning: boards that come by cable, the client's files for them, and Wi-Fi profiles. */
import { z } from 'zod';
import { boardNameSchema, provisionSchema } from './schema.ts';

/** Keys that may be fetched at once for flashing without the hub. */
export const MAX_BUNDLE = 50;
/** Ids of bundles that may wait for their boards, in a team. */
export const MAX_RESERVED_BOARDS = 500;
export const BUNDLE_DAYS = 30;
export const MAX_WIFI_PROFILES = 50;
/** IEEE 802.11: an SSID has at most 32 bytes, a WPA passphrase 8 to 63. */
export const MAX_SSID_BYTES = 32;
export const MIN_WIFI_PASSWORD_BYTES = 8;
export const MAX_WIFI_PASSWORD_BYTES = 63;

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused
const noControls = /^[^\x00-\x1f\x7f]*$/;

/** `sys.platform` of the board. Its automatic name is made of it. */
export const platformSchema = z.string().regex(/^[a-z][a-z0-9]{1,15}$/, 'a platform is a word like esp8266');

export const boardProvisionSchema = z.strictObject({
  /** Of a new board; a known chip keeps the name it has. Without it: `esp8266-1`, `esp8266-2` … */
  name: boardNameSchema.optional(),
  /** `machine.unique_id()` in hexadecimal, as the board tells it later. On an ESP8266: chip id, least significant byte first, 8 digits. */
  chipId: z
    .string()
    .regex(/^(?:[0-9a-fA-F]{2}){3,16}$/, 'a chip id is 6 to 32 hexadecimal digits')
    .toLowerCase(),
  mac: z
    .string()
    .regex(
      /^[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}$/,
      'a MAC address is six pairs of hexadecimal digits with ":" between',
    )
    .toLowerCase()
    .optional(),
  platform: platformSchema,
});
export type BoardProvision = z.input<typeof boardProvisionSchema>;

export const boardProvisionedSchema = provisionSchema.extend({
  /** True for a chip that the team had already: name and history stay, the old key has stopped working. */
  known: z.boolean(),
});
export type BoardProvisioned = z.infer<typeof boardProvisionedSchema>;

export const bundleCreateSchema = z.strictObject({ count: z.number().int().min(1).max(MAX_BUNDLE) });
/** For boards that are flashed while the hub is out of reach; each becomes a board when it first connects. */
export const bundleSchema = z.object({
  boards: z.array(
    z.object({ boardId: provisionSchema.shape.board.shape.id, key: z.string(), epoch: z.number().int() }),
  ),
  /** From then on a key that was not used opens nothing. */
  expiresAt: z.iso.datetime(),
  hubUrls: z.array(z.string()),
});
export type Bundle = z.infer<typeof bundleSchema>;

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 is 64 hexadecimal digits');

/** The client as it goes onto a board, in the order of its manifest. */
export const clientManifestSchema = z.object({
  version: z.string(),
  files: z.array(z.object({ name: z.string(), sha256: sha256Schema, sizeBytes: z.number().int() })),
  /** ws:// addresses that a board can dial: never this machine's own name for itself. Empty when the hub listens to itself alone. */
  hubUrls: z.array(z.string()),
});
export type ClientManifest = z.infer<typeof clientManifestSchema>;

export const wifiProfileIdSchema = z
  .string()
  .regex(/^wifi_[0-9a-z]{16,32}$/)
  .brand('WifiProfileId');
export type WifiProfileId = z.infer<typeof wifiProfileIdSchema>;

export const ssidSchema = z
  .string()
  .min(1)
  .regex(noControls, 'a network name has no control characters')
  .refine((ssid) => bytesOf(ssid) <= MAX_SSID_BYTES, `a network name has at most ${MAX_SSID_BYTES} bytes`);
/** Empty for an open network. */
export const wifiPasswordSchema = z
  .string()
  .regex(noControls, 'a Wi-Fi password has no control characters')
  .refine(
    (password) =>
      password === '' || (bytesOf(password) >= MIN_WIFI_PASSWORD_BYTES && bytesOf(password) <= MAX_WIFI_PASSWORD_BYTES),
    `a Wi-Fi password has ${MIN_WIFI_PASSWORD_BYTES} to ${MAX_WIFI_PASSWORD_BYTES} bytes, or none for an open network`,
  );

export const wifiProfileCreateSchema = z.strictObject({ ssid: ssidSchema, password: wifiPasswordSchema });
export const wifiProfileSchema = z.object({
  id: wifiProfileIdSchema,
  ssid: z.string(),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
});
export type WifiProfile = z.infer<typeof wifiProfileSchema>;
export const wifiProfileListSchema = z.object({ profiles: z.array(wifiProfileSchema) });
export const wifiSecretSchema = z.object({ ssid: z.string(), password: z.string() });
export type WifiSecret = z.infer<typeof wifiSecretSchema>;
