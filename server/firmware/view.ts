/** Firmware as the public contract shows it. */
import type { Firmware } from '#lib/api/firmware-schema.ts';
import type { UploadRow } from '#server/store/firmware.ts';
import type { CachedFirmware, FirmwareCache } from './cache.ts';
import { type ListedFirmware, newestFirst, parseFirmwareName, suitabilityOf } from './listing.ts';

type Known = Omit<ListedFirmware, 'url'>;

/** What is listed and what is cached, the newest first. */
export function viewOfFirmware(
  listed: readonly ListedFirmware[],
  cache: Pick<FirmwareCache, 'list' | 'find'>,
  progressOf: (id: string) => Firmware['download'],
): Firmware[] {
  const ids = new Set(listed.map(({ id }) => id));
  const gone = cache.list().flatMap(({ id }) => (ids.has(id) ? [] : (parseFirmwareName(`${id}.bin`) ?? [])));
  const all: Known[] = [...listed, ...gone].sort(newestFirst);
  const newest = newestOfVariants(all);
  return all.map((known) => ({
    ...identify(known),
    newest: newest.has(known.id),
    cached: viewOfCached(cache.find(known.id)),
    download: progressOf(known.id),
  }));
}

function identify({ id, version, variant, date, preview }: Known) {
  const identity = { id, source: 'catalogue' as const, name: `${id}.bin` };
  return { ...identity, version, variant, date, preview, ...suitabilityOf(variant) };
}

export function viewOfUpload({ sha256, name, sizeBytes, createdAt }: UploadRow): Firmware {
  return {
    id: sha256,
    source: 'upload',
    name,
    version: null,
    variant: null,
    date: null,
    preview: false,
    newest: false,
    minFlashBytes: null,
    usable: true,
    why: null,
    cached: { sha256, sizeBytes, at: new Date(createdAt).toISOString() },
    download: null,
  };
}

function newestOfVariants(sorted: readonly Known[]): ReadonlySet<string> {
  const ofVariant = new Map<string, string>();
  for (const { id, variant, preview } of sorted) if (!preview && !ofVariant.has(variant)) ofVariant.set(variant, id);
  return new Set(ofVariant.values());
}

function viewOfCached(row: CachedFirmware | undefined): Firmware['cached'] {
  return row ? { sha256: row.sha256, sizeBytes: row.sizeBytes, at: new Date(row.cachedAt).toISOString() } : null;
}
