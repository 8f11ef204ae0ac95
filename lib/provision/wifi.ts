/** Wi-Fi details and hub addresses as people type them, refused before they reach a board that could not say why. */
import { z } from 'zod';
import { bytesOfHex, utf8 } from '../protocol/bytes.ts';

/** IEEE 802.11, 9.4.2.2: an SSID is up to 32 bytes, of any script. */
const SSID_MAX_BYTES = 32;
/** IEEE 802.11, J.4.1: a passphrase has 8 to 63 bytes; 64 hexadecimal digits are the key itself. */
const PASSWORD_MIN_BYTES = 8;
const PASSWORD_MAX_BYTES = 63;
const KEY_DIGITS = 64;

const isPassword = (text: string): boolean => {
  const { length } = utf8(text);
  if (length === KEY_DIGITS) return bytesOfHex(text) !== undefined;
  return length === 0 || (length >= PASSWORD_MIN_BYTES && length <= PASSWORD_MAX_BYTES);
};

/** Quotes, spaces and letters of any script are part of a name; nothing is trimmed. */
export const wifiSchema = z.object({
  ssid: z
    .string()
    .min(1, 'Type the name of the network.')
    .refine((text) => utf8(text).length <= SSID_MAX_BYTES, {
      error: 'A network name has at most 32 bytes; letters beyond ASCII take two or more.',
    })
    .refine((text) => !text.includes('\0'), { error: 'A network name has no zero byte.' }),
  password: z
    .string()
    .refine(isPassword, { error: 'A password has 8 to 63 characters; leave it empty for an open network.' })
    .refine((text) => !text.includes('\0'), { error: 'A password has no zero byte.' }),
});

const LOCAL_HOST = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])$/i;

/** The hub as the board dials it: `ws://` or `wss://`, and never this computer's name for itself. */
export const hubUrlSchema = z
  .url({ protocol: /^wss?$/, error: 'Type an address like ws://192.168.1.2:18266/device.' })
  .refine((text) => !LOCAL_HOST.test(URL.parse(text)?.hostname ?? ''), {
    error: 'A board cannot reach localhost: choose an address of the hub in the network of the board.',
  })
  .refine((text) => !text.includes('['), { error: 'Boards speak IPv4 only: choose such an address or a name.' });
