/**
 * The typed client of the public HTTP API; the console and `mbm` are built on it. It runs wherever `fetch` exists, checks every
 * answer against schema.ts, and throws ApiError (api-error.ts) for a refusal, a network failure and an answer that is no hub's.
 * What happens on the hub without being asked comes through live-client.ts.
 */
import type { z } from 'zod';
import { apiErrorFrom, localApiError } from './api-error.ts';
import { type Firmware, type FirmwareList, firmwareListSchema, firmwareSchema } from './firmware-schema.ts';
import {
  type BoardProvision,
  type BoardProvisioned,
  type Bundle,
  boardProvisionedSchema,
  bundleSchema,
  type ClientManifest,
  clientManifestSchema,
  type WifiProfile,
  type WifiProfileId,
  type WifiSecret,
  wifiProfileListSchema,
  wifiProfileSchema,
  wifiSecretSchema,
} from './provision-schema.ts';
import {
  API_BASE,
  type Board,
  type BoardId,
  boardListSchema,
  boardSchema,
  healthSchema,
  hubInfoSchema,
  type Job,
  type JobCreate,
  type JobId,
  jobListSchema,
  jobSchema,
  type Me,
  meSchema,
  outputSchema,
  type Provision,
  provisionSchema,
  type setupSchema,
  type virtualFaults,
} from './schema.ts';

export { ApiError } from './api-error.ts';

export interface ApiClientOptions {
  /** `http://host:18266`; empty in a browser, for the page's own origin. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer …`; a browser has its cookie. */
  readonly token?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** A hub that does not answer within this time counts as unreachable. */
  readonly timeoutMs?: number | undefined;
}

export type BoardList = z.infer<typeof boardListSchema>;
export type HubInfo = z.infer<typeof hubInfoSchema>;
export type Health = z.infer<typeof healthSchema>;
export type JobList = z.infer<typeof jobListSchema>;
export type Output = z.infer<typeof outputSchema>;
export type SetupInput = z.input<typeof setupSchema>;
export type VirtualFault = (typeof virtualFaults)[number];

export interface JobListQuery {
  readonly board?: BoardId | undefined;
  readonly limit?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 30_000;
/** The hub's own limit for a download, and a little more. */
const DOWNLOAD_TIMEOUT_MS = 11 * 60_000;

type Method = 'GET' | 'POST' | 'DELETE';

export class ApiClient {
  readonly #options: ApiClientOptions;

  constructor(options: ApiClientOptions) {
    this.#options = { ...options, baseUrl: options.baseUrl.replace(/\/+$/, '') };
  }

  health(): Promise<Health> {
    return this.#call(healthSchema, 'GET', '/healthz');
  }

  hub(): Promise<HubInfo> {
    return this.#call(hubInfoSchema, 'GET', '/hub');
  }

  me(): Promise<Me> {
    return this.#call(meSchema, 'GET', '/me');
  }

  /** Makes the first account and team, with the token of the set-up link. */
  async setup(input: SetupInput): Promise<void> {
    await this.#request('POST', '/setup', input);
  }

  boards(): Promise<BoardList> {
    return this.#call(boardListSchema, 'GET', '/boards');
  }

  board(id: BoardId): Promise<Board> {
    return this.#call(boardSchema, 'GET', `/boards/${id}`);
  }

  /** The key in the answer is shown this once. */
  createBoard(name: string): Promise<Provision> {
    return this.#call(provisionSchema, 'POST', '/boards', { name });
  }

  async removeBoard(id: BoardId): Promise<void> {
    await this.#request('DELETE', `/boards/${id}`);
  }

  /** For the board on the cable. The key in the answer is shown this once. */
  provisionBoard(input: BoardProvision): Promise<BoardProvisioned> {
    return this.#call(boardProvisionedSchema, 'POST', '/boards/provision', input);
  }

  /** Keys for boards that will be flashed while the hub is out of reach. */
  provisionBundle(count: number): Promise<Bundle> {
    return this.#call(bundleSchema, 'POST', '/boards/provision-bundle', { count });
  }

  /** What provisioning writes on a board, and the addresses of the hub that a board can dial. */
  clientManifest(): Promise<ClientManifest> {
    return this.#call(clientManifestSchema, 'GET', '/client');
  }

  clientFile(sha256: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.#download(`/client/files/${sha256}`);
  }

  firmware(): Promise<FirmwareList> {
    return this.#call(firmwareListSchema, 'GET', '/firmware');
  }

  /** Resolves when it is in the hub's cache; `firmware()` shows how far it is. */
  fetchFirmware(id: string): Promise<Firmware> {
    return this.#call(firmwareSchema, 'POST', `/firmware/${id}/fetch`, undefined, DOWNLOAD_TIMEOUT_MS);
  }

  firmwareFile(sha256: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.#download(`/firmware/files/${sha256}`);
  }

  uploadFirmware(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Firmware> {
    return this.#call(firmwareSchema, 'POST', `/firmware${queryString({ name })}`, bytes);
  }

  async removeFirmware(id: string): Promise<void> {
    await this.#request('DELETE', `/firmware/${id}`);
  }

  async wifiProfiles(): Promise<readonly WifiProfile[]> {
    return (await this.#call(wifiProfileListSchema, 'GET', '/wifi-profiles')).profiles;
  }

  addWifiProfile(input: WifiSecret): Promise<WifiProfile> {
    return this.#call(wifiProfileSchema, 'POST', '/wifi-profiles', input);
  }

  /** With the password, to be written on a board. */
  wifiSecret(id: WifiProfileId): Promise<WifiSecret> {
    return this.#call(wifiSecretSchema, 'GET', `/wifi-profiles/${id}/secret`);
  }

  async removeWifiProfile(id: WifiProfileId): Promise<void> {
    await this.#request('DELETE', `/wifi-profiles/${id}`);
  }

  createVirtualBoard(input: { readonly name?: string } = {}): Promise<Board> {
    return this.#call(boardSchema, 'POST', '/virtual-boards', input);
  }

  async faultVirtualBoard(id: BoardId, fault: VirtualFault): Promise<void> {
    await this.#request('POST', `/virtual-boards/${id}/fault`, { fault });
  }

  /** Resolves when the job is on the hub's disk; what becomes of it is told by the live socket. */
  createJob(input: JobCreate): Promise<Job> {
    return this.#call(jobSchema, 'POST', '/jobs', input);
  }

  job(id: JobId): Promise<Job> {
    return this.#call(jobSchema, 'GET', `/jobs/${id}`);
  }

  jobs(query: JobListQuery = {}): Promise<JobList> {
    return this.#call(jobListSchema, 'GET', `/jobs${queryString({ board: query.board, limit: query.limit })}`);
  }

  /** One board's run, or all that have not ended. */
  async cancelJob(id: JobId, boardId?: BoardId): Promise<void> {
    await this.#request('POST', `/jobs/${id}/cancel`, boardId ? { boardId } : {});
  }

  async stdin(jobId: JobId, boardId: BoardId, data: string): Promise<void> {
    await this.#request('POST', `/jobs/${jobId}/boards/${boardId}/stdin`, { data });
  }

  /** Output of one board from a byte offset, and the state of its run. */
  output(jobId: JobId, boardId: BoardId, from = 0): Promise<Output> {
    return this.#call(outputSchema, 'GET', `/jobs/${jobId}/boards/${boardId}/output${queryString({ from })}`);
  }

  async #call<Schema extends z.ZodType>(
    schema: Schema,
    method: Method,
    path: string,
    body?: unknown,
    timeoutMs?: number,
  ): Promise<z.infer<Schema>> {
    const parsed = schema.safeParse(await this.#request(method, path, body, timeoutMs));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const where = issue ? `: ${issue.path.join('.') || 'body'}: ${issue.message}` : '';
    throw localApiError(
      'hub_answer_invalid',
      `The hub's answer to ${method} ${API_BASE}${path} is not what this version expects${where}.`,
      200,
    );
  }

  async #download(path: string): Promise<Uint8Array<ArrayBuffer>> {
    const url = this.#urlOf(path);
    const response = await this.#fetch(url, 'GET', undefined);
    if (!response.ok) throw apiErrorFrom(response.status, parseJson(await textOf(response, 'GET', url)), url);
    return new Uint8Array(await response.arrayBuffer().catch((cause: unknown) => brokenOff('GET', url, cause)));
  }

  async #request(method: Method, path: string, body?: unknown, timeoutMs?: number): Promise<unknown> {
    const url = this.#urlOf(path);
    const response = await this.#fetch(url, method, body, timeoutMs);
    const text = await textOf(response, method, url);
    const answer = parseJson(text);
    if (!response.ok) throw apiErrorFrom(response.status, answer, url);
    if (text !== '' && answer === undefined) throw apiErrorFrom(response.status, undefined, url);
    return answer;
  }

  #urlOf(path: string): string {
    return `${this.#options.baseUrl}${API_BASE}${path}`;
  }

  async #fetch(
    url: string,
    method: Method,
    body: unknown,
    timeoutMs = this.#options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  ): Promise<Response> {
    const { token } = this.#options;
    const headers: Record<string, string> = { accept: 'application/json' };
    if (token) headers.authorization = `Bearer ${token}`;
    // Looked up at the call: a browser's fetch must be called on its window, and a test may replace the global.
    const send = this.#options.fetch ?? ((input: string, init: RequestInit) => globalThis.fetch(input, init));
    try {
      return await send(url, { method, signal: AbortSignal.timeout(timeoutMs), ...withBody(headers, body) });
    } catch (cause) {
      const origin = this.#options.baseUrl || 'its own address';
      const slow = cause instanceof Error && cause.name === 'TimeoutError';
      const message = slow
        ? `The hub at ${origin} did not answer within ${timeoutMs / 1000} s.`
        : `No hub answers at ${origin}.`;
      throw localApiError('hub_unreachable', message, 0, cause);
    }
  }
}

/** A file as it is, anything else as JSON. */
function withBody(headers: Record<string, string>, body: unknown): RequestInit {
  if (body === undefined) return { headers };
  if (isFile(body)) return { headers: { ...headers, 'content-type': 'application/octet-stream' }, body };
  return { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

const isFile = (body: unknown): body is Uint8Array<ArrayBuffer> => body instanceof Uint8Array;

function textOf(response: Response, method: Method, url: string): Promise<string> {
  return response.text().catch((cause: unknown) => brokenOff(method, url, cause));
}

function brokenOff(method: Method, url: string, cause: unknown): never {
  throw localApiError('hub_unreachable', `The link to the hub broke off during ${method} ${url}.`, 0, cause);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function queryString(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size ? `?${query}` : '';
}
