/**
 * The one listener. Requests under /api/v1 go to the API, all others to the console; upgrades of /device go to the hub and of
 * /api/v1/live to the browser gateway. It sets the security headers and knows nothing of what it carries.
 * Read headers.ts next.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { DEVICE_PATH, LIVE_PATH } from '#lib/api/events.ts';
import { API_BASE } from '#lib/api/schema.ts';
import { AppError } from '#lib/errors.ts';
import type { Log } from '#server/log.ts';
import { ownForwardedHeaders, secureApi, secureConsole, secureEvery } from './headers.ts';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** The pages: Next, or nothing in a test. */
export interface ConsoleHandler {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Hot reload, in development. */
  readonly upgrade?: UpgradeHandler;
}

export interface HttpDeps {
  readonly api: { fetch(request: Request, env: { readonly remoteAddress: string }): Response | Promise<Response> };
  readonly console: ConsoleHandler | undefined;
  readonly device: UpgradeHandler;
  readonly live: UpgradeHandler;
  readonly dev: boolean;
  readonly log: Log;
}

export interface HttpServer {
  readonly port: number;
  /** Takes no more connections from the first call on; resolves when all are closed, which open requests may delay by a moment. */
  stop(): Promise<void>;
}

/** Longer than any page or output takes, shorter than a user waits for Ctrl-C. */
const STOP_MS = 2_000;
/** Who sends slower than that only holds a connection; looked at every few seconds. */
const SLOW_CLIENT_LIMITS = { headersTimeout: 20_000, requestTimeout: 120_000, connectionsCheckingInterval: 5_000 };

/** Throws port_in_use, naming the address. */
export async function listen(
  deps: HttpDeps,
  address: { readonly port: number; readonly host: string | undefined },
): Promise<HttpServer> {
  const server = createServer(SLOW_CLIENT_LIMITS);
  server.on('request', requestListener(deps));
  server.on('upgrade', upgradeListener(deps));
  const port = await bind(server, address.port, address.host);
  let closed: Promise<void> | undefined;
  return {
    port,
    stop() {
      closed ??= close(server);
      return closed;
    },
  };
}

function requestListener({ api, console, dev, log }: HttpDeps) {
  const answerApi = getRequestListener(
    (request, env) =>
      api.fetch(request, { remoteAddress: 'incoming' in env ? (env.incoming.socket.remoteAddress ?? '') : '' }),
    {
      overrideGlobalObjects: false,
    },
  );
  return (request: IncomingMessage, response: ServerResponse): void => {
    ownForwardedHeaders(request);
    secureEvery(response);
    if (isApi(pathOf(request)) || !console) {
      secureApi(response);
      void answerApi(request, response);
      return;
    }
    secureConsole(request, response, dev);
    console.handle(request, response).catch((err: unknown) => {
      log.error({ err, path: pathOf(request) }, 'The console failed to answer');
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  };
}

function upgradeListener({ device, live, console, dev }: HttpDeps): UpgradeHandler {
  return (request, socket, head) => {
    // A peer that goes away while its request is looked at must not take the process with it.
    socket.on('error', () => socket.destroy());
    ownForwardedHeaders(request);
    const path = pathOf(request);
    if (path === DEVICE_PATH) return device(request, socket, head);
    if (path === LIVE_PATH) return live(request, socket, head);
    if (dev && path.startsWith('/_next/') && console?.upgrade) return console.upgrade(request, socket, head);
    refuseUpgrade(socket, '404 Not Found');
  };
}

export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

const pathOf = (request: IncomingMessage) => (request.url ?? '/').split('?', 1)[0] ?? '/';
const isApi = (path: string) => path === API_BASE || path.startsWith(`${API_BASE}/`);

function bind(server: Server, port: number, host: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(asBindFailure(error, port, host)));
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      const address = server.address();
      resolve(isAddressInfo(address) ? address.port : port);
    });
  });
}

const isAddressInfo = (address: string | AddressInfo | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;

function asBindFailure(error: NodeJS.ErrnoException, port: number, host: string | undefined): unknown {
  const where = `${host ?? 'all addresses of this machine'}, port ${port}`;
  if (error.code === 'EADDRINUSE')
    return new AppError('port_in_use', { message: `Another program listens on ${where}.`, cause: error });
  if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL') {
    const hint = 'Choose another with --port or --host.';
    return new AppError('port_in_use', {
      message: `The hub may not listen on ${where} (${error.code}).`,
      hint,
      cause: error,
    });
  }
  return error;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), STOP_MS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
