/** A mirror of the shape of micropython.org on this machine, which can misbehave in every way that one can. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { testImage } from '#lib/flasher/image.fixture.ts';

export const PAGE = '/download/ESP8266_GENERIC/';
export const STABLE = 'ESP8266_GENERIC-20260406-v1.28.0';
export const ONE_MB = 'ESP8266_GENERIC-FLASH_1M-20260406-v1.28.0';
export const HALF_MB = 'ESP8266_GENERIC-FLASH_512K-20260406-v1.28.0';
export const OLD = 'ESP8266_GENERIC-20250911-v1.26.1';
export const PREVIEW = 'ESP8266_GENERIC-20260812-v1.29.0-preview.14.g1c3c201149';

const NAMES = [PREVIEW, STABLE, OLD, HALF_MB, ONE_MB];

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export class Mirror {
  readonly requests: { readonly path: string; readonly headers: IncomingMessage['headers'] }[] = [];
  readonly files = new Map<string, Uint8Array>();
  /** Instead of the page, or of every file. */
  page: Handler | undefined;
  file: Handler | undefined;
  etag = '"page-1"';
  readonly #server = createServer((request, response) => this.#answer(request, response));
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  #port = 0;

  static async start(): Promise<Mirror> {
    const mirror = new Mirror();
    NAMES.forEach((name, at) => {
      mirror.files.set(`/resources/firmware/${name}.bin`, testImage({ seed: at + 1 }));
    });
    await new Promise<void>((resolve) => mirror.#server.listen(0, '127.0.0.1', resolve));
    mirror.#port = (mirror.#server.address() as AddressInfo).port;
    return mirror;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get index(): string {
    return `${this.origin}${PAGE}`;
  }

  get port(): number {
    return this.#port;
  }

  /** The content of a listed file. */
  bytesOf(id: string): Uint8Array {
    const bytes = this.files.get(`/resources/firmware/${id}.bin`);
    if (!bytes) throw new Error(`The mirror has no ${id}.`);
    return bytes;
  }

  asked(part: string): number {
    return this.requests.filter(({ path }) => path.includes(part)).length;
  }

  /** Resolves at the n-th request of all. */
  request(count: number): Promise<void> {
    if (this.requests.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  html(): string {
    const links = [...this.files.keys()].map((path) => `<li><a href="${path}">v${path.slice(-12, -4)}</a></li>`);
    return `<!doctype html><title>ESP8266</title><h2>Firmware</h2><ul>${links.join('\n')}</ul>
      <a href="https://elsewhere.example/resources/firmware/${STABLE}.bin">a copy</a>
      <a href="/resources/firmware/ESP32_GENERIC-20260406-v1.28.0.bin">another board</a>
      <a href="/resources/firmware/${STABLE}.elf">for debuggers</a>
      <a href="/resources/firmware/ESP8266_GENERIC-20261399-v1.28.0.bin">no such day</a>`;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.requests.push({ path, headers: request.headers });
    for (const { resolve } of this.#waiting.filter(({ count }) => this.requests.length >= count)) resolve();
    const bytes = this.files.get(path);
    if (path === PAGE) (this.page ?? this.#sendPage)(request, response);
    else if (bytes) (this.file ?? ((_, answer) => sendFile(request, answer, bytes)))(request, response);
    else response.writeHead(404).end();
  }

  readonly #sendPage: Handler = (request, response) => {
    if (request.headers['if-none-match'] === this.etag) response.writeHead(304).end();
    else response.writeHead(200, { 'content-type': 'text/html', etag: this.etag }).end(this.html());
  };
}

export const etagOf = (bytes: Uint8Array) => `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;

/** With Range and If-Range, as a real mirror has them. */
export function sendFile(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const etag = etagOf(bytes);
  if (from > 0 && request.headers['if-range'] === etag) {
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(206, { 'content-length': bytes.length - from, 'content-range': range, etag });
    response.end(bytes.subarray(from));
    return;
  }
  response.writeHead(200, { 'content-length': bytes.length, etag }).end(bytes);
}

/** The head, the first `count` bytes, and then the connection is gone. */
export function sendHalf(response: ServerResponse, bytes: Uint8Array, count: number, etag = etagOf(bytes)): void {
  response.writeHead(200, { 'content-length': bytes.length, etag });
  response.write(bytes.subarray(0, count), () => response.destroy());
}
