/** MicroPython's download page for one board: links to /resources/firmware/BOARD[-VARIANT]-YYYYMMDD-vX.Y.Z[-preview.N.gHASH].bin. */

const BOARD = 'ESP8266_GENERIC';
export const STANDARD = 'standard';
const MIB = 1024 * 1024;

const LINK = /href\s*=\s*(?:"([^"<>\s]{1,400})"|'([^'<>\s]{1,400})')/gi;
const FOLDER = '/resources/firmware/';
const NAME =
  /^([A-Z0-9_]+)(?:-([A-Z0-9_]+))?-(\d{4})(\d{2})(\d{2})-v(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?(-preview\.(\d{1,5})\.g[0-9a-f]{4,40})?\.bin$/;

export interface ListedFirmware {
  /** File name without `.bin`. */
  readonly id: string;
  readonly url: string;
  readonly version: string;
  readonly variant: string;
  readonly date: string;
  readonly preview: boolean;
}

/** What can run the client, and on how much flash. */
const VARIANTS: Readonly<Record<string, { readonly minFlashBytes: number; readonly why: string | null }>> = {
  [STANDARD]: { minFlashBytes: 2 * MIB, why: null },
  FLASH_1M: { minFlashBytes: MIB, why: null },
  FLASH_2M_ROMFS: { minFlashBytes: 2 * MIB, why: null },
  OTA: {
    minFlashBytes: 2 * MIB,
    why: 'It brings a loader of its own for updates over the air, which nobody maintains any more.',
  },
  FLASH_512K: { minFlashBytes: MIB / 2, why: 'It has no file system, so that the client cannot be kept on the board.' },
};

export function suitabilityOf(variant: string) {
  const known = VARIANTS[variant] ?? {
    minFlashBytes: null,
    why: 'This version of Cloudmanager does not know this variant.',
  };
  return { ...known, usable: known.why === null };
}

/** Every firmware that the page links to, the newest first; empty when it links to none. Links to other sites are left out. */
export function parseListing(html: string, pageUrl: string): ListedFirmware[] {
  const found = new Map<string, ListedFirmware>();
  for (const [, double, single] of html.matchAll(LINK)) {
    const listed = parseLink(double ?? single ?? '', pageUrl);
    if (listed && !found.has(listed.id)) found.set(listed.id, listed);
  }
  return [...found.values()].sort(newestFirst);
}

function parseLink(href: string, pageUrl: string): ListedFirmware | undefined {
  const url = URL.parse(href, pageUrl);
  if (!url || url.origin !== new URL(pageUrl).origin || url.search !== '' || !url.pathname.includes(FOLDER))
    return undefined;
  const name = url.pathname.slice(url.pathname.lastIndexOf(FOLDER) + FOLDER.length);
  const parts = parseFirmwareName(name);
  return parts && { ...parts, url: url.href };
}

/** Undefined for a file of another board or of another form: names before v1.21 began with `esp8266-`. */
export function parseFirmwareName(name: string): Omit<ListedFirmware, 'url'> | undefined {
  const [, board, variant = STANDARD, year, month, day, major, minor, patch, preview] = NAME.exec(name) ?? [];
  const date = `${year}-${month}-${day}`;
  if (board !== BOARD || Number.isNaN(Date.parse(date))) return undefined;
  const release = [major, minor, patch ?? '0'].map(Number).join('.');
  return {
    id: name.slice(0, -'.bin'.length),
    version: release + (preview ?? ''),
    variant,
    date,
    preview: preview !== undefined,
  };
}

/** By release, a preview before the release that it leads to, and then by day; what most boards need comes first. */
export function newestFirst(a: Omit<ListedFirmware, 'url'>, b: Omit<ListedFirmware, 'url'>): number {
  const [x, y] = [numbersOf(a.version), numbersOf(b.version)];
  const differing = x.findIndex((number, at) => number !== y[at]);
  if (differing >= 0) return (y[differing] ?? 0) - (x[differing] ?? 0);
  return orderOf(b.date, a.date) || orderOf(rankOf(a), rankOf(b));
}

const orderOf = (x: string, y: string) => (x < y ? -1 : Number(x > y));
const rankOf = ({ variant }: { readonly variant: string }) => (variant === STANDARD ? '' : variant);

/** Major, minor, patch, and the number of the preview; a release comes after all of its previews. */
function numbersOf(version: string): readonly number[] {
  const [release = '', preview] = version.split('-preview.');
  const count = preview === undefined ? Number.MAX_SAFE_INTEGER : Number.parseInt(preview, 10);
  return [...release.split('.').map(Number), count];
}
