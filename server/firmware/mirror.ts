/** Where the list of downloads is: at MicroPython's own site, or where the administrator of the hub says. */
import { FIRMWARE_PAGE } from '#lib/api/firmware-schema.ts';
import type { RequestPolicy } from './guarded-request.ts';

const HEAD_TIMEOUT_MS = 10_000;
const STALL_TIMEOUT_MS = 30_000;
/** Nobody else's files come from here, whatever a page of theirs links or redirects to. */
const OFFICIAL = ['https://micropython.org', 'https://www.micropython.org'];

export function mirrorOf(index: string | undefined): { readonly url: string; readonly policy: RequestPolicy } {
  const timeouts = { headTimeoutMs: HEAD_TIMEOUT_MS, stallTimeoutMs: STALL_TIMEOUT_MS };
  const url = new URL(index ?? FIRMWARE_PAGE);
  if (OFFICIAL.includes(url.origin))
    return { url: url.href, policy: { ...timeouts, origins: OFFICIAL, addresses: 'public' } };
  // Without TLS a name proves nothing: then it has to be a machine of one's own network.
  const addresses = url.protocol === 'http:' ? 'own' : 'any';
  return { url: url.href, policy: { ...timeouts, origins: [url.origin], addresses } };
}
