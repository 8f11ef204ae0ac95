/**
 * A route is declared together with the right it needs: the gate is asked before the input is looked at, so a route without a
 * right cannot be written. `public` is for healthz and for set-up, which brings its own proof.
 */
import { createRoute, OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { MAX_FIRMWARE_BYTES } from '#lib/api/firmware-schema.ts';
import { API_BASE, errorSchema } from '#lib/api/schema.ts';
import { AppError } from '#lib/errors.ts';
import type { Log } from '#server/log.ts';
import { type Gate, hasSessionCookie, isOwnOrigin, type Principal, type Right } from '#server/teams/teams.ts';
import { failureResponse, invalidInput } from './failures.ts';

/** Room for 1 MB of code in which every third character is escaped, so that code that is a little too large gets the better sentence. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** From somebody unknown, which is set-up: a few names. */
const MAX_PUBLIC_BODY_BYTES = 16 * 1024;

/** What the listener knows of a request beside its headers. */
export interface RequestEnv {
  readonly remoteAddress: string;
}

export interface ApiEnv {
  Bindings: RequestEnv;
  Variables: { principal: Principal };
}

export type ApiContext = Context<ApiEnv>;

export interface Router {
  readonly app: OpenAPIHono<ApiEnv>;
  routes(): readonly { readonly method: string; readonly path: string }[];
}

/** About what a restart takes. */
const STOPPING_RETRY_S = 2;
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

export interface RouterDeps {
  readonly gate: Gate;
  readonly log: Log;
  readonly version: string;
  /** True once the hub has begun to stop: connections that are kept open may still send requests. */
  readonly isStopping: () => boolean;
}

export function createRouter({ gate, log, version, isStopping }: RouterDeps): Router {
  const app = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error);
    },
  }).basePath(API_BASE);

  app.onError((error, c) => failureResponse(error, log, { method: c.req.method, path: c.req.path }));
  const refuseLate: MiddlewareHandler<ApiEnv> = async (_c, next) => {
    if (isStopping()) throw new AppError('hub_stopping', { retryAfterS: STOPPING_RETRY_S });
    await next();
  };
  const identify: MiddlewareHandler<ApiEnv> = async (c, next) => {
    if (!isPublic(c.req.method, c.req.path)) c.set('principal', await gate.identify(credentialsOf(c)));
    await next();
  };
  // The body comes last: nobody unknown fills our memory with one.
  app.use(noStore, refuseLate, refuseForeignOrigin, identify, readBody);
  app.notFound((c) => failureResponse(notFound(app, c), log, { method: c.req.method, path: c.req.path }));
  serveDocument(app, version);

  const routes = () =>
    app.routes.filter((route) => route.method !== 'ALL').map(({ method, path }) => ({ method, path }));
  return { app, routes };
}

/** The routes that answer without a session: one that tells nothing, and one that asks for the token of the set-up link. */
const PUBLIC = [`GET ${API_BASE}/healthz`, `POST ${API_BASE}/setup`];
const isPublic = (method: string, path: string) => PUBLIC.includes(`${method} ${path}`);

/** Declares a route for OpenAPI: its right, checked before its input, and the errors that every route can answer. */
export function describeRoute<const R extends RouteConfig>(gate: Gate, right: Right | 'public', route: R) {
  const failure = {
    description: 'What went wrong, and what to do.',
    content: { 'application/json': { schema: errorSchema } },
  };
  const security = right === 'public' ? [] : [{ token: [] }, { session: [] }];
  const middleware: MiddlewareHandler<ApiEnv>[] = right === 'public' ? [] : [needs(gate, right)];
  return createRoute({ ...route, security, middleware, responses: { ...route.responses, default: failure } });
}

function needs(gate: Gate, right: Right): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    gate.demand(c.get('principal'), right);
    await next();
  };
}

export function jsonBody<S>(schema: S) {
  return { body: { required: true as const, content: { 'application/json': { schema } } } };
}

export function jsonAnswer<S>(schema: S, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

function credentialsOf(c: ApiContext) {
  return {
    authorization: c.req.header('authorization'),
    cookie: c.req.header('cookie'),
    remoteAddress: c.env.remoteAddress,
  };
}

const noStore: MiddlewareHandler<ApiEnv> = async (c, next) => {
  await next();
  if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
};

/** A file that is named by its content never becomes another: a browser may keep it, though nobody between may. */
export function immutableFile(c: ApiContext, bytes: Uint8Array<ArrayBuffer>, sha256: string) {
  c.header('cache-control', 'private, max-age=31536000, immutable');
  c.header('etag', `"${sha256}"`);
  c.header('content-type', BINARY);
  return c.body(bytes.buffer, 200);
}

export const BINARY = 'application/octet-stream';
const binarySchema = { type: 'string', format: 'binary' } as const;

export function binaryBody() {
  return { body: { required: true as const, content: { [BINARY]: { schema: binarySchema } } } };
}

export function binaryAnswer(description: string) {
  return { description, content: { [BINARY]: { schema: binarySchema } } };
}

/** A cookie travels with requests that other sites make; they cannot forge the Origin header. */
const refuseForeignOrigin: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const unsafe = !SAFE_METHODS.includes(c.req.method);
  const origin = c.req.header('origin');
  const byCookie = c.req.header('authorization') === undefined && hasSessionCookie(c.req.header('cookie'));
  if (unsafe && (origin !== undefined || byCookie) && !isOwnOrigin(origin, c.req.header('host')))
    throw new AppError('foreign_origin');
  await next();
};

/** The routes that take a file; they read it themselves, once the right to send one is proved. */
const TAKES_A_FILE = [`POST ${API_BASE}/firmware`];

/** The file, as far as the limit. A form of another site cannot send this type without asking. */
export async function readFileBody(c: ApiContext): Promise<Uint8Array> {
  if (!c.req.header('content-type')?.toLowerCase().startsWith(BINARY))
    throw new AppError('invalid_input', {
      message: `Send the file itself, with Content-Type: ${BINARY}.`,
      field: 'body',
    });
  return bytesWithin(c.req.raw.body, MAX_FIRMWARE_BYTES, 'firmware_too_large');
}

/** Reads the body once, as far as the limit; and only JSON: a form of another site can post text, but not JSON, without asking. */
const readBody: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const declared = Number(c.req.header('content-length') ?? 0);
  const hasBody = declared > 0 || c.req.header('transfer-encoding') !== undefined;
  const isFile = TAKES_A_FILE.includes(`${c.req.method} ${c.req.path}`);
  if (hasBody && !isFile && !SAFE_METHODS.includes(c.req.method)) {
    const most = isPublic(c.req.method, c.req.path) ? MAX_PUBLIC_BODY_BYTES : MAX_BODY_BYTES;
    if (declared > most) throw new AppError('body_too_large');
    if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) throw new AppError('invalid_json');
    // Where Hono keeps what it has read; its declared type leaves out that it keeps the promise.
    const bytes = await bytesWithin(c.req.raw.body, most, 'body_too_large');
    Object.assign(c.req.bodyCache, { text: Promise.resolve(bytes.toString('utf8')) });
  }
  await next();
};

async function bytesWithin(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
  code: 'body_too_large' | 'firmware_too_large',
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > limit) throw new AppError(code);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function notFound(app: OpenAPIHono<ApiEnv>, c: Context): AppError {
  const segments = c.req.path.split('/');
  const others = app.routes.filter((route) => {
    const parts = route.path.split('/');
    return (
      route.method !== 'ALL' &&
      parts.length === segments.length &&
      parts.every((part, at) => part.startsWith(':') || part === segments[at])
    );
  });
  return new AppError(others.length > 0 ? 'method_not_allowed' : 'not_found');
}

function serveDocument(app: OpenAPIHono<ApiEnv>, version: string): void {
  const registry = app.openAPIRegistry;
  registry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'next-auth.session-token',
  });
  app.get('/openapi.json', (c) =>
    c.json(
      app.getOpenAPI31Document({
        openapi: '3.1.0',
        info: {
          title: 'Cloudmanager',
          version,
          description: 'Manage MicroPython boards. The console and `mbm` are clients of this API.',
        },
        servers: [{ url: '/' }],
      }),
    ),
  );
}
