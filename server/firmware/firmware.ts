/**
 * Firmware for boards: what MicroPython offers for the ESP8266, fetched through the hub, checked, kept and served, so that a browser
 * needs no other site and a room without internet has what was fetched before. Teams can bring files of their own.
 * Nothing is flashed here: lib/flasher does that. Read listing.ts, guarded-request.ts, download.ts and cache.ts next.
 */
import { join } from 'node:path';
import {
  type FirmwareList,
  type Firmware as FirmwareView,
  MAX_FIRMWARE_BYTES,
  MAX_FIRMWARE_FILES,
} from '#lib/api/firmware-schema.ts';
import { AppError } from '#lib/errors.ts';
import { checkImage, IMAGE_PROBLEMS } from '#lib/flasher/image.ts';
import type { Store } from '#server/store/store.ts';
import type { AuthorizedTeamId } from '#server/store/team-scope.ts';
import { openCache } from './cache.ts';
import { createCatalogue } from './catalogue.ts';
import { createDownloads } from './downloads.ts';
import type { RequestPolicy } from './guarded-request.ts';
import { mirrorOf } from './mirror.ts';
import { viewOfFirmware, viewOfUpload } from './view.ts';

export interface Firmware {
  /** Throws firmware_unreachable or firmware_listing_invalid only when there is nothing at all to show. */
  list(teamId: AuthorizedTeamId): Promise<FirmwareList>;
  /** In the cache when it resolves; who asks a second time waits for the same download. Throws firmware_… */
  fetch(id: string): Promise<FirmwareView>;
  /** The file with that content. Throws firmware_not_found. */
  file(teamId: AuthorizedTeamId, sha256: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Throws firmware_invalid, firmware_too_large, too_many_firmware_files. */
  upload(teamId: AuthorizedTeamId, name: string, bytes: Uint8Array, createdBy: string): Promise<FirmwareView>;
  /** An upload of the team, or a download from the cache. Throws firmware_not_found. */
  remove(teamId: AuthorizedTeamId, id: string): Promise<void>;
  /** Breaks off what is being downloaded. */
  stop(): void;
}

export interface FirmwareDeps {
  readonly store: Pick<Store, 'firmware'>;
  readonly dataDir: string;
  /** Address of the page with the downloads; undefined: MicroPython's own. */
  readonly index: string | undefined;
  readonly now: () => number;
  /** For tests: other timeouts, another resolver. */
  readonly policy?: Partial<RequestPolicy>;
}

export function createFirmware({ store, dataDir, index, now, policy }: FirmwareDeps): Firmware {
  const dir = join(dataDir, 'firmware');
  const stopping = new AbortController();
  const mirror = mirrorOf(index);
  const way = { ...mirror.policy, ...policy };
  const cache = openCache(dir);
  const catalogue = createCatalogue({ dir, url: mirror.url, policy: way, now, signal: stopping.signal });
  const downloads = createDownloads({ catalogue, cache, policy: way, now, signal: stopping.signal });

  /** The file goes when nobody knows it any more. */
  async function drop(sha256: string): Promise<void> {
    if (!(await store.firmware.isUploaded(sha256))) cache.drop(sha256);
  }

  return {
    async list(teamId) {
      const listing = await catalogue.read();
      const uploads = await store.firmware.listUploads(teamId);
      const firmware = [
        ...viewOfFirmware(listing.firmware, cache, downloads.progressOf),
        ...uploads.map((upload) => viewOfUpload(upload)),
      ];
      const { checkedAt, problem, url } = listing;
      if (firmware.length === 0 && problem) throw nothingToShow(problem);
      return {
        listing: {
          url,
          checkedAt: checkedAt === null ? null : new Date(checkedAt).toISOString(),
          ageS: checkedAt === null ? null : Math.max(0, Math.round((now() - checkedAt) / 1000)),
          problem: problem?.message ?? null,
        },
        firmware,
      };
    },
    async fetch(id) {
      await downloads.fetch(id);
      const listing = await catalogue.read();
      const view = viewOfFirmware(listing.firmware, cache, downloads.progressOf).find((each) => each.id === id);
      if (!view) throw new AppError('firmware_not_found');
      return view;
    },
    async file(teamId, sha256) {
      const known = cache.holds(sha256) || (await store.firmware.findUpload(teamId, sha256)) !== undefined;
      const bytes = known ? cache.read(sha256) : undefined;
      if (!bytes) throw new AppError('firmware_not_found');
      return bytes;
    },
    async upload(teamId, name, bytes, createdBy) {
      refuseBadImage(name, bytes);
      const sha256 = cache.put(bytes);
      const upload = { teamId, sha256, name, sizeBytes: bytes.length, createdAt: now(), createdBy };
      if (await store.firmware.saveUpload(upload, MAX_FIRMWARE_FILES)) return viewOfUpload(upload);
      await drop(sha256);
      throw new AppError('too_many_firmware_files');
    },
    async remove(teamId, id) {
      const cached = cache.find(id);
      if (cached) cache.forget(id);
      else if (await store.firmware.findUpload(teamId, id)) await store.firmware.deleteUpload(teamId, id);
      else throw new AppError('firmware_not_found');
      await drop(cached?.sha256 ?? id);
    },
    stop: () => stopping.abort(),
  };
}

function refuseBadImage(name: string, bytes: Uint8Array): void {
  if (bytes.length > MAX_FIRMWARE_BYTES) throw new AppError('firmware_too_large');
  const check = checkImage(bytes);
  if (!check.ok) throw new AppError('firmware_invalid', { message: `${name}: ${IMAGE_PROBLEMS[check.reason]}` });
}

function nothingToShow(problem: AppError): AppError {
  return new AppError(problem.code, {
    message: `${problem.message} The hub has no firmware in its cache either.`,
    cause: problem,
  });
}
