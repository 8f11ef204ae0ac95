/** The download page as it was last seen: asked for at most once an hour, kept on disk, good without internet. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError, isAppError } from '#lib/errors.ts';
import { writePrivateFile } from '#server/store/secrets.ts';
import { guardedRequest, type RequestPolicy } from './guarded-request.ts';
import { type ListedFirmware, parseListing } from './listing.ts';

export const REFRESH_MS = 60 * 60 * 1000;
/** A mirror that failed is left alone for so long. */
export const RETRY_MS = 60 * 1000;
/** Whoever can be shown an older list does not wait for a network that swallows everything. */
const PATIENCE_MS = 2_000;
const MAX_PAGE_BYTES = 2 * 1024 * 1024;

const stateSchema = z.object({
  url: z.string(),
  checkedAt: z.number(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  firmware: z.array(
    z.object({
      id: z.string(),
      url: z.string(),
      version: z.string(),
      variant: z.string(),
      date: z.string(),
      preview: z.boolean(),
    }),
  ),
});
type State = z.infer<typeof stateSchema>;

export interface Listing {
  readonly url: string;
  readonly checkedAt: number | null;
  readonly firmware: readonly ListedFirmware[];
  /** Why it is not as fresh as it should be. */
  readonly problem: AppError | undefined;
}

export interface Catalogue {
  /** Never throws: what is wrong is told beside what was known before. */
  read(): Promise<Listing>;
}

export interface CatalogueDeps {
  readonly dir: string;
  readonly url: string;
  readonly policy: RequestPolicy;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly patienceMs?: number;
}

export function createCatalogue(deps: CatalogueDeps): Catalogue {
  const { dir, url, policy, now, signal, patienceMs = PATIENCE_MS } = deps;
  const file = join(dir, 'listing.json');
  let state = readState(file, url);
  let problem: AppError | undefined;
  let failedAt = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<void> | undefined;

  function isDue(): boolean {
    // A clock that was set back must not keep an old page for ever.
    const age = state ? Math.abs(now() - state.checkedAt) : Number.POSITIVE_INFINITY;
    return age >= REFRESH_MS && Math.abs(now() - failedAt) >= RETRY_MS;
  }

  async function refresh(): Promise<void> {
    try {
      const fetched = await fetchPage(url, state, policy, signal);
      state = { ...fetched, url, checkedAt: now() };
      writePrivateFile(file, JSON.stringify(state));
      problem = undefined;
      failedAt = Number.NEGATIVE_INFINITY;
    } catch (error) {
      if (!isAppError(error)) throw error;
      problem = error;
      failedAt = now();
    }
  }

  return {
    async read() {
      if (isDue()) {
        refreshing ??= refresh().finally(() => {
          refreshing = undefined;
        });
      }
      if (refreshing) await (state ? within(refreshing, patienceMs) : refreshing);
      return { url, checkedAt: state?.checkedAt ?? null, firmware: state?.firmware ?? [], problem };
    },
  };
}

function within(task: Promise<void>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return Promise.race([task, promise]).finally(() => clearTimeout(timer));
}

/** Throws firmware_unreachable, firmware_listing_invalid. */
async function fetchPage(url: string, known: State | undefined, policy: RequestPolicy, signal: AbortSignal) {
  const headers = {
    ...(known?.etag === undefined ? {} : { 'if-none-match': known.etag }),
    ...(known?.lastModified === undefined ? {} : { 'if-modified-since': known.lastModified }),
  };
  const response = await guardedRequest({ url, headers, signal }, policy);
  try {
    const { host } = new URL(url);
    if (response.statusCode === 304 && known) return known;
    if (response.statusCode !== 200)
      throw new AppError('firmware_unreachable', {
        message: `${host} answered ${response.statusCode} instead of the list of downloads.`,
      });
    const firmware = parseListing(await textOf(response, host), url);
    if (firmware.length === 0)
      throw new AppError('firmware_listing_invalid', { message: `The page ${url} links to no ESP8266 firmware.` });
    const { etag, 'last-modified': lastModified } = response.headers;
    return { firmware, ...(etag ? { etag } : {}), ...(lastModified ? { lastModified } : {}) };
  } finally {
    response.destroy();
  }
}

async function textOf(body: AsyncIterable<unknown>, host: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) continue;
      size += chunk.length;
      if (size > MAX_PAGE_BYTES)
        throw new AppError('firmware_listing_invalid', { message: `The list of downloads at ${host} has no end.` });
      chunks.push(chunk);
    }
  } catch (cause) {
    if (isAppError(cause)) throw cause;
    throw new AppError('firmware_unreachable', { message: `The list of downloads at ${host} broke off.`, cause });
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What another address had listed is not ours, and a file that cannot be read is as good as none. */
function readState(file: string, url: string): State | undefined {
  try {
    const state = stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return state.url === url ? state : undefined;
  } catch {
    return undefined;
  }
}
