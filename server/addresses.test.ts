import { expect, it } from 'vitest';
import { addressesOf } from './addresses.ts';

it('on all addresses, localhost comes first, and boards are not told of it when there is another', () => {
  const addresses = addressesOf(undefined, 18266);
  expect(addresses.url).toBe('http://localhost:18266');
  expect(addresses.urls()[0]).toBe('http://localhost:18266');
  expect(addresses.localDeviceUrl).toBe('ws://127.0.0.1:18266/device');
  if (addresses.urls().length > 1) expect(addresses.deviceUrls().join()).not.toContain('localhost');
});

it('on one address, that one is told to everybody', () => {
  const addresses = addressesOf('::1', 80);
  expect([addresses.url, ...addresses.urls(), ...addresses.deviceUrls()]).toEqual([
    'http://[::1]:80',
    'http://[::1]:80',
    'ws://[::1]:80/device',
  ]);
});

it.each(['localhost', '127.0.0.1', '127.1.2.3', '::1', '169.254.3.4'])(
  '%s is nothing that a board could dial',
  (host) => {
    expect(addressesOf(host, 80).boardUrls()).toEqual([]);
  },
);

it('a board is told of addresses in the network', () => {
  expect(addressesOf('192.168.1.7', 18266).boardUrls()).toEqual(['ws://192.168.1.7:18266/device']);
  expect(addressesOf(undefined, 18266).boardUrls().join()).not.toMatch(/localhost|127\.0/);
});
