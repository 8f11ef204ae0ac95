/** At which addresses the hub can be reached. */
import { networkInterfaces } from 'node:os';
import { DEVICE_PATH } from '#lib/api/events.ts';

const WILDCARDS: readonly (string | undefined)[] = [undefined, '', '0.0.0.0', '::'];

export interface Addresses {
  /** For a person on this machine: an address where a browser allows everything. */
  readonly url: string;
  /** What a board in this process dials. */
  readonly localDeviceUrl: string;
  /** Every address to print, this machine's own first. */
  urls(): readonly string[];
  /** What a board can dial; of this machine alone when the hub listens to nothing else. */
  deviceUrls(): readonly string[];
  /** What a real board can dial: never this machine's name for itself. Empty when the hub listens to nothing else. */
  boardUrls(): readonly string[];
}

export function addressesOf(host: string | undefined, port: number): Addresses {
  const hosts = () => (WILDCARDS.includes(host) ? ['localhost', ...lanAddresses()] : [bracketed(host ?? '')]);
  const outside = () => (hosts().length > 1 ? hosts().slice(1) : hosts());
  const localHost = WILDCARDS.includes(host) ? '127.0.0.1' : bracketed(host ?? '');
  return {
    localDeviceUrl: `ws://${localHost}:${port}${DEVICE_PATH}`,
    url: `http://${hosts()[0]}:${port}`,
    urls: () => hosts().map((name) => `http://${name}:${port}`),
    deviceUrls: () => outside().map((name) => `ws://${name}:${port}${DEVICE_PATH}`),
    boardUrls: () =>
      hosts()
        .filter(isReachable)
        .map((name) => `ws://${name}:${port}${DEVICE_PATH}`),
  };
}

function lanAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).filter((address) => address.family === 'IPv4' && !address.internal).map((address) => address.address),
  );
}

/** 169.254.0.0/16 is what an interface calls itself that found no network. */
const isReachable = (host: string) => !/^(localhost$|.*\.localhost$|127\.|\[::1\]$|169\.254\.)/i.test(host);

const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host);
