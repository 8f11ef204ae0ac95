/** Headers that every answer carries, and those of a request that only we may set. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Next reads the nonce of its scripts from the request's own policy header, so the policy is set on both. */
export function secureConsole(request: IncomingMessage, response: ServerResponse, dev: boolean): void {
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'self'",
    // Next's reloading evaluates code, in development only.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ].join('; ');
  request.headers['content-security-policy'] = policy;
  response.setHeader('content-security-policy', policy);
}

/** What the API answers is data: nothing in it may run or load. */
export function secureApi(response: ServerResponse): void {
  response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
}

export function secureEvery(response: ServerResponse): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'same-origin');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('permissions-policy', 'serial=(self), usb=(self), camera=(), microphone=(), geolocation=()');
}

const FORWARDED = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
];

/** Anybody can send these; next-auth builds addresses from them and the console counts attempts by them. */
export function ownForwardedHeaders(request: IncomingMessage): void {
  for (const name of FORWARDED) delete request.headers[name];
  request.headers['x-forwarded-proto'] = 'encrypted' in request.socket ? 'https' : 'http';
  request.headers['x-forwarded-for'] = request.socket.remoteAddress ?? '';
}
