/** Downloads under way: one for each file, however many ask for it, and a few at once. */
import { type Firmware, MAX_FIRMWARE_BYTES, MAX_FIRMWARE_FILES } from '#lib/api/firmware-schema.ts';
import { AppError } from '#lib/errors.ts';
import { checkImage, IMAGE_PROBLEMS } from '#lib/flasher/image.ts';
import type { FirmwareCache } from './cache.ts';
import type { Catalogue } from './catalogue.ts';
import { download, emptyPartial, type PartialFile } from './download.ts';
import type { RequestPolicy } from './guarded-request.ts';
import { suitabilityOf } from './listing.ts';

export const MAX_DOWNLOADS = 4;
/** However slowly the bytes drip. */
const DOWNLOAD_TIMEOUT_MS = 10 * 60 * 1000;

export interface Downloads {
  /** Throws firmware_not_found, firmware_busy, too_many_firmware_files, firmware_unreachable, firmware_too_large, firmware_invalid. */
  fetch(id: string): Promise<void>;
  progressOf(id: string): Firmware['download'];
}

export interface DownloadsDeps {
  readonly catalogue: Catalogue;
  readonly cache: FirmwareCache;
  readonly policy: RequestPolicy;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export function createDownloads({ catalogue, cache, policy, now, signal }: DownloadsDeps): Downloads {
  const running = new Map<string, Promise<void>>();
  /** What has come of files that are not whole yet. */
  const partials = new Map<string, PartialFile>();

  async function fetchListed(id: string): Promise<void> {
    const { firmware, problem } = await catalogue.read();
    const listed = firmware.find((each) => each.id === id);
    if (!listed) throw firmware.length === 0 && problem ? problem : new AppError('firmware_not_found');
    const { why } = suitabilityOf(listed.variant);
    if (why !== null) throw new AppError('firmware_invalid', { message: `${id}.bin cannot be used: ${why}` });
    if (cache.list().length >= MAX_FIRMWARE_FILES) throw new AppError('too_many_firmware_files');
    const bytes = await downloadOf(id, listed.url);
    const sha256 = cache.put(bytes);
    cache.remember({ id, sha256, sizeBytes: bytes.length, cachedAt: now() });
  }

  async function downloadOf(id: string, url: string): Promise<Uint8Array> {
    const partial = partials.get(id) ?? emptyPartial();
    partials.delete(id);
    forgetOldest(partials);
    partials.set(id, partial);
    const until = AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)]);
    const bytes = await download({ url, maxBytes: MAX_FIRMWARE_BYTES, partial, signal: until }, policy);
    partials.delete(id);
    const check = checkImage(bytes);
    if (check.ok) return bytes;
    const message = `${url} is not what it should be. ${IMAGE_PROBLEMS[check.reason]}`;
    const hint = 'Try again later, or upload a `.bin` file of MicroPython for the ESP8266.';
    throw new AppError('firmware_invalid', { message, hint });
  }

  return {
    fetch(id) {
      if (cache.find(id)) return Promise.resolve();
      const known = running.get(id);
      if (known) return known;
      if (running.size >= MAX_DOWNLOADS) return Promise.reject(new AppError('firmware_busy'));
      const fetching = fetchListed(id).finally(() => running.delete(id));
      running.set(id, fetching);
      return fetching;
    },
    progressOf(id) {
      const partial = running.has(id) ? partials.get(id) : undefined;
      return partial ? { receivedBytes: partial.receivedBytes, totalBytes: partial.totalBytes } : null;
    },
  };
}

/** Pieces are kept in memory: no more of them than may be downloaded at once, and one that is being filled is never the oldest. */
function forgetOldest(partials: Map<string, PartialFile>): void {
  const [oldest] = partials.keys();
  if (oldest !== undefined && partials.size >= 2 * MAX_DOWNLOADS) partials.delete(oldest);
}
