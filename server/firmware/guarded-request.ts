/**
 * Requests that leave the hub. Only to the origins that are allowed, only to addresses of the kind that is allowed, and the
 * address is judged where the connection is made: a name that resolves differently the next time gains nothing. Redirects
 * are followed by hand, each judged like the first request.
 */
import { lookup as systemLookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AppError } from '#lib/errors.ts';

const MAX_REDIRECTS = 3;

export interface RequestPolicy {
  /** `https://host[:port]`; http only where the administrator has named it. */
  readonly origins: readonly string[];
  /** `public`: the internet alone. `own`: this machine and the private network alone. */
  readonly addresses: 'public' | 'own' | 'any';
  /** Until the head of an answer is there. */
  readonly headTimeoutMs: number;
  /** Of silence within an answer. */
  readonly stallTimeoutMs: number;
  readonly lookup?: LookupFunction;
}

export interface GuardedRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** The head is there; whoever reads the body breaks off when it is too long. Throws firmware_unreachable with the reason. */
export async function guardedRequest(request: GuardedRequest, policy: RequestPolicy): Promise<IncomingMessage> {
  let url = new URL(request.url);
  for (let redirects = 0; ; redirects += 1) {
    const response = await requestOnce(url, request, policy);
    const { location } = response.headers;
    if (!isRedirect(response.statusCode) || location === undefined) return response;
    response.destroy();
    const target = URL.parse(location, url);
    if (!target || redirects >= MAX_REDIRECTS) throw refused(`${url.host} redirects in a way that leads nowhere.`);
    url = target;
  }
}

function requestOnce(url: URL, { headers, signal }: GuardedRequest, policy: RequestPolicy): Promise<IncomingMessage> {
  if (!policy.origins.includes(url.origin))
    throw refused(`${url.origin} is not an address that firmware may come from.`);
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) && !isAllowed(literal, policy)) throw refused(forbiddenAddress(url.hostname));
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const options = {
      headers: { 'user-agent': 'cloudmanager', ...headers },
      signal,
      lookup: checkedLookup(policy),
      agent: false,
    };
    const outgoing = send(url, options, (response) => {
      clearTimeout(head);
      response.setTimeout(policy.stallTimeoutMs, () =>
        response.destroy(unreachable(url, `sent nothing for ${seconds(policy.stallTimeoutMs)}`)),
      );
      resolve(response);
    });
    const head = setTimeout(
      () => outgoing.destroy(unreachable(url, `did not answer within ${seconds(policy.headTimeoutMs)}`)),
      policy.headTimeoutMs,
    );
    outgoing.on('error', (error) => {
      clearTimeout(head);
      reject(error instanceof AppError ? error : unreachable(url, `cannot be reached (${codeOf(error)})`, error));
    });
    outgoing.end();
  });
}

/** Resolves a name and lets through only what the policy allows: the socket connects to the very addresses that were judged. */
function checkedLookup(policy: RequestPolicy): LookupFunction {
  const lookup = policy.lookup ?? systemLookup;
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0);
      const list = Array.isArray(found) ? found : [{ address: found, family: isIP(found) }];
      const allowed = list.filter(({ address }) => isAllowed(address, policy));
      const [first] = allowed;
      // One forbidden address is reason enough not to trust the name.
      if (!first || allowed.length < list.length) return callback(refused(forbiddenAddress(hostname)), '', 0);
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

const NOT_PUBLIC = new BlockList();
/** RFC 6890 and its successors: this network, private, shared, loopback, link-local, documentation, benchmarks, multicast, reserved. */
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  NOT_PUBLIC.addSubnet(network, bits, 'ipv4');

const GLOBAL_IPV6 = new BlockList();
GLOBAL_IPV6.addSubnet('2000::', 3, 'ipv6');
/** Inside it: documentation, and the tunnels that carry an IPv4 address, whatever that is. */
const NOT_GLOBAL_IPV6 = new BlockList();
NOT_GLOBAL_IPV6.addSubnet('2001::', 23, 'ipv6');
NOT_GLOBAL_IPV6.addSubnet('2001:db8::', 32, 'ipv6');
NOT_GLOBAL_IPV6.addSubnet('2002::', 16, 'ipv6');
NOT_GLOBAL_IPV6.addSubnet('3fff::', 20, 'ipv6');

/** True for an address of the internet; an IPv4 address in IPv6 clothes never is one. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !NOT_PUBLIC.check(address, 'ipv4');
  return family === 6 && GLOBAL_IPV6.check(address, 'ipv6') && !NOT_GLOBAL_IPV6.check(address, 'ipv6');
}

function isAllowed(address: string, { addresses }: RequestPolicy): boolean {
  return addresses === 'any' || isPublicAddress(address) === (addresses === 'public');
}

const isRedirect = (status: number | undefined) => status !== undefined && [301, 302, 303, 307, 308].includes(status);
const seconds = (ms: number) => `${ms / 1000} s`;
const forbiddenAddress = (host: string) => `${host} is at an address that the hub does not download from.`;
const refused = (message: string) => new AppError('firmware_unreachable', { message });

function unreachable(url: URL, what: string, cause?: unknown): AppError {
  return new AppError('firmware_unreachable', { message: `${url.host} ${what}.`, cause });
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
