import type { LookupFunction } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { guardedRequest, isPublicAddress, type RequestPolicy } from './guarded-request.ts';
import { Mirror } from './mirror.fixture.ts';
import { mirrorOf } from './mirror.ts';

let mirror: Mirror;
beforeEach(async () => {
  mirror = await Mirror.start();
});
afterEach(() => mirror.stop());

const { signal } = new AbortController();
const policyOf = (more: Partial<RequestPolicy> = {}): RequestPolicy => ({
  origins: [mirror.origin],
  addresses: 'own',
  headTimeoutMs: 5_000,
  stallTimeoutMs: 5_000,
  ...more,
});

/** Answers the next of these addresses each time it is asked; the last one for ever. */
function resolver(...answers: readonly (readonly string[])[]): { readonly lookup: LookupFunction; asked: number } {
  const state = {
    asked: 0,
    lookup: ((_hostname, options, callback) => {
      const addresses = answers[Math.min(state.asked, answers.length - 1)] ?? [];
      state.asked += 1;
      const list = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      if (options.all) callback(null, list);
      else callback(null, list[0]?.address ?? '', list[0]?.family);
    }) satisfies LookupFunction,
  };
  return state;
}

it.each([
  ['8.8.8.8', true],
  ['104.17.1.1', true],
  ['2606:4700::1111', true],
  ['127.0.0.1', false],
  ['10.1.2.3', false],
  ['172.31.255.255', false],
  ['192.168.0.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::1', false],
  ['::', false],
  ['fe80::1', false],
  ['fd00::1', false],
  ['::ffff:8.8.8.8', false],
  ['::ffff:127.0.0.1', false],
  ['64:ff9b::7f00:1', false],
  ['2002:7f00:1::', false],
  ['2001:db8::1', false],
  ['nonsense', false],
])('%s is of the internet: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});

it('the official site is reached on the internet alone, a mirror without TLS in one’s own network alone', () => {
  expect(mirrorOf(undefined)).toMatchObject({
    url: 'https://micropython.org/download/ESP8266_GENERIC/',
    policy: { addresses: 'public', origins: ['https://micropython.org', 'https://www.micropython.org'] },
  });
  expect(mirrorOf('http://mirror.lan:8080/x').policy).toMatchObject({
    addresses: 'own',
    origins: ['http://mirror.lan:8080'],
  });
  expect(mirrorOf('https://mirror.example/x').policy).toMatchObject({ addresses: 'any' });
});

it('a name that resolves to this machine is refused before anybody is connected to', async () => {
  const origin = `http://rebind.example:${mirror.port}`;
  for (const addresses of [['127.0.0.1'], ['::1'], ['93.184.216.34', '127.0.0.1'], ['169.254.169.254'], []]) {
    const { lookup } = resolver(addresses);
    const policy = policyOf({ origins: [origin], addresses: 'public', lookup });
    await expect(guardedRequest({ url: `${origin}/`, signal }, policy)).rejects.toMatchObject({
      code: 'firmware_unreachable',
      message: 'rebind.example is at an address that the hub does not download from.',
    });
  }
  expect(mirror.requests).toEqual([]);
});

it('a name that resolves to another address the second time gains nothing: what was judged is what is connected to', async () => {
  const origin = `http://rebind.example:${mirror.port}`;
  const rebinding = resolver(['127.0.0.1'], ['8.8.8.8']);
  const policy = policyOf({ origins: [origin], lookup: rebinding.lookup });
  const response = await guardedRequest({ url: `${origin}/nothing`, signal }, policy);
  response.destroy();
  expect([response.statusCode, rebinding.asked, mirror.requests.length]).toEqual([404, 1, 1]);
  // The redirect asks again, and is judged again.
  mirror.page = (_request, answer) => answer.writeHead(302, { location: `${origin}/nothing` }).end();
  const second = resolver(['127.0.0.1'], ['8.8.8.8']);
  const url = `${origin}/download/ESP8266_GENERIC/`;
  await expect(
    guardedRequest({ url, signal }, policyOf({ origins: [origin], lookup: second.lookup })),
  ).rejects.toMatchObject({
    message: expect.stringContaining('does not download from'),
  });
  expect([second.asked, mirror.requests.length]).toEqual([2, 2]);
});

it('an address in digits is judged, too', async () => {
  const policy = policyOf({ addresses: 'public' });
  await expect(guardedRequest({ url: `${mirror.origin}/`, signal }, policy)).rejects.toMatchObject({
    message: expect.stringContaining('127.0.0.1 is at an address'),
  });
  const six = policyOf({ addresses: 'public', origins: ['http://[::1]:1'] });
  await expect(guardedRequest({ url: 'http://[::1]:1/', signal }, six)).rejects.toMatchObject({
    message: expect.stringContaining('[::1] is at an address'),
  });
  expect(mirror.requests).toEqual([]);
});

it('a redirect to another origin, another port of this machine or another scheme is refused', async () => {
  const other = await Mirror.start();
  for (const location of [
    `${other.origin}/x`,
    'http://127.0.0.1/',
    'file:///etc/passwd',
    'https://micropython.org/',
    '//[',
  ]) {
    mirror.page = (_request, answer) => answer.writeHead(302, { location }).end();
    await expect(guardedRequest({ url: mirror.index, signal }, policyOf())).rejects.toMatchObject({
      code: 'firmware_unreachable',
      message: expect.stringMatching(/not an address that firmware may come from|leads nowhere/),
    });
  }
  expect(other.requests).toEqual([]);
  await other.stop();
});

it('a redirect within the origin is followed, but not in a circle', async () => {
  mirror.page = (_request, answer) => answer.writeHead(301, { location: '/nothing' }).end();
  const response = await guardedRequest({ url: mirror.index, signal }, policyOf());
  response.destroy();
  expect(response.statusCode).toBe(404);
  mirror.page = (_request, answer) => answer.writeHead(301, { location: mirror.index }).end();
  await expect(guardedRequest({ url: mirror.index, signal }, policyOf())).rejects.toThrow('leads nowhere');
});

it('silence ends at its deadline, before the head and within the body', async () => {
  mirror.page = () => {};
  const before = guardedRequest({ url: mirror.index, signal }, policyOf({ headTimeoutMs: 100 }));
  await expect(before).rejects.toThrow('did not answer within 0.1 s');
  mirror.page = (_request, answer) => answer.writeHead(200, { 'content-length': 10 }).write('12345');
  const response = await guardedRequest({ url: mirror.index, signal }, policyOf({ stallTimeoutMs: 100 }));
  await expect(response.toArray()).rejects.toThrow('sent nothing for 0.1 s');
});
