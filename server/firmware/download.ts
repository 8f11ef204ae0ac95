/** One file from the mirror, with what has come of it kept, so that the next attempt asks for the rest only. */
import type { IncomingMessage } from 'node:http';
import { AppError, isAppError } from '#lib/errors.ts';
import { guardedRequest, type RequestPolicy } from './guarded-request.ts';

const ATTEMPTS = 3;

/** What has come so far. `validator` is the ETag of the whole: without one nothing can be resumed. */
export interface PartialFile {
  readonly chunks: Uint8Array[];
  receivedBytes: number;
  totalBytes: number | null;
  validator: string | undefined;
}

export interface Download {
  readonly url: string;
  readonly maxBytes: number;
  /** Of an earlier attempt, or an empty one; changed as bytes come, and good for a later attempt when this one fails. */
  readonly partial: PartialFile;
  readonly signal: AbortSignal;
}

export const emptyPartial = (): PartialFile => ({
  chunks: [],
  receivedBytes: 0,
  totalBytes: null,
  validator: undefined,
});

/** The whole file. Throws firmware_unreachable, firmware_too_large; `partial` then has what can be resumed. */
export async function download(task: Download, policy: RequestPolicy): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await fetchRest(task, policy);
      return Buffer.concat(task.partial.chunks);
    } catch (error) {
      if (task.partial.validator === undefined) clear(task.partial);
      // Only a file that broke off is asked for again at once; whoever does not answer at all is left in peace.
      if (!isBrokenOff(error) || attempt === ATTEMPTS || task.signal.aborted) throw error;
    }
  }
}

async function fetchRest(task: Download, policy: RequestPolicy): Promise<void> {
  const { url, partial, signal } = task;
  const range = partial.validator !== undefined && partial.receivedBytes > 0;
  const headers = range ? { range: `bytes=${partial.receivedBytes}-`, 'if-range': partial.validator ?? '' } : undefined;
  const response = await guardedRequest({ url, signal, ...(headers ? { headers } : {}) }, policy);
  try {
    begin(response, task);
    await collect(response, task);
  } finally {
    response.destroy();
  }
}

function begin(response: IncomingMessage, { url, partial, maxBytes }: Download): void {
  const { host } = new URL(url);
  const resumed = response.statusCode === 206 && startOf(response) === partial.receivedBytes;
  if (response.statusCode !== 200 && !resumed) {
    clear(partial);
    throw new AppError('firmware_unreachable', {
      message: `${host} answered ${response.statusCode} instead of the file.`,
    });
  }
  if (!resumed) clear(partial);
  const { 'content-length': length, etag } = response.headers;
  if (!resumed) partial.validator = etag?.startsWith('"') ? etag : undefined;
  partial.totalBytes = length === undefined ? null : partial.receivedBytes + Number(length);
  if ((partial.totalBytes ?? 0) > maxBytes) throw tooLarge(url, partial);
}

async function collect(response: IncomingMessage, { url, partial, maxBytes }: Download): Promise<void> {
  try {
    for await (const chunk of response) {
      if (!(chunk instanceof Uint8Array)) continue;
      if (partial.receivedBytes + chunk.length > maxBytes) throw tooLarge(url, partial);
      partial.chunks.push(chunk);
      partial.receivedBytes += chunk.length;
    }
  } catch (cause) {
    if (isAppError(cause) && cause.code === 'firmware_too_large') throw cause;
    throw new BrokenOff(partial, cause);
  }
  if (partial.totalBytes !== null && partial.receivedBytes < partial.totalBytes)
    throw new BrokenOff(partial, undefined);
}

class BrokenOff extends AppError {
  constructor({ receivedBytes, totalBytes }: PartialFile, cause: unknown) {
    const why = isAppError(cause) ? ` ${cause.message}` : '';
    super('firmware_unreachable', {
      message: `The download broke off after ${receivedBytes} of ${totalBytes ?? 'an unknown number of'} bytes.${why}`,
      hint: 'Try again in a moment.',
      cause,
    });
  }
}

const isBrokenOff = (error: unknown): boolean => error instanceof BrokenOff;

function tooLarge(url: string, partial: PartialFile): AppError {
  clear(partial);
  return new AppError('firmware_too_large', { message: `${url} is larger than the 4 MB that firmware can have.` });
}

function clear(partial: PartialFile): void {
  partial.chunks.length = 0;
  partial.receivedBytes = 0;
  partial.totalBytes = null;
  partial.validator = undefined;
}

function startOf(response: IncomingMessage): number {
  return Number(/^bytes (\d+)-/.exec(response.headers['content-range'] ?? '')?.[1] ?? Number.NaN);
}
