/**
 * The typed client of the public HTTP API; the console and `mbm` are built on it. It runs wherever `fetch` exists, checks every
 * answer against schema.ts, and throws ApiError (api-error.ts) for a refusal, a network failure and an answer that is no hub's.
 * What happens on the hub without being asked comes through live-client.ts.
 */
import type { z } from 'zod';
import { apiErrorFrom, localApiError } from './api-error.ts';
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
  ): Promise<z.infer<Schema>> {
    const parsed = schema.safeParse(await this.#request(method, path, body));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const where = issue ? `: ${issue.path.join('.') || 'body'}: ${issue.message}` : '';
    throw localApiError(
      'hub_answer_invalid',
      `The hub's answer to ${method} ${API_BASE}${path} is not what this version expects${where}.`,
      200,
    );
  }

  async #request(method: Method, path: string, body?: unknown): Promise<unknown> {
    const url = `${this.#options.baseUrl}${API_BASE}${path}`;
    const response = await this.#fetch(url, method, body);
    const text = await response.text().catch((cause: unknown) => {
      throw localApiError('hub_unreachable', `The link to the hub broke off during ${method} ${url}.`, 0, cause);
    });
    const answer = parseJson(text);
    if (!response.ok) throw apiErrorFrom(response.status, answer, url);
    if (text !== '' && answer === undefined) throw apiErrorFrom(response.status, undefined, url);
    return answer;
  }

  async #fetch(url: string, method: Method, body: unknown): Promise<Response> {
    const { token, timeoutMs = DEFAULT_TIMEOUT_MS } = this.#options;
    const headers: Record<string, string> = { accept: 'application/json' };
    if (token) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    // Looked up at the call: a browser's fetch must be called on its window, and a test may replace the global.
    const send = this.#options.fetch ?? ((input: string, init: RequestInit) => globalThis.fetch(input, init));
    try {
      return await send(url, {
        method,
        headers,
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
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
