import { expect, it } from 'vitest';
import type { Provision } from '#lib/api/schema.ts';
import { boardIdSchema } from '#lib/api/schema.ts';
import { boardFiles } from '#lib/provision/files.ts';
import { replLines } from './repl-lines.ts';

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const id = boardIdSchema.parse('4f'.repeat(16));
const at = '2026-01-01T00:00:00.000Z';
const made: Provision = {
  board: {
    id,
    name: 'roof',
    platform: null,
    firmware: null,
    machine: null,
    state: 'offline',
    stateSince: at,
    lastSeenAt: null,
    memFreeBytes: null,
    fsFreeBytes: null,
    fsTotalBytes: null,
    rssiDbm: null,
    uptimeS: null,
    chipId: null,
    clientVersion: null,
    resetCause: null,
    boots: null,
    safeMode: false,
    safeModeReason: null,
    virtual: false,
    address: null,
    createdAt: at,
  },
  key: 'ab'.repeat(32),
  epoch: 258,
  hubUrls: ['ws://192.0.2.1:18266/device'],
};
const wifi = { ssid: 'Küche "2"', password: "it's \\ a '''secret'''" };
const files = boardFiles({
  boardId: bytes(id),
  key: bytes(made.key),
  epoch: made.epoch,
  hubUrls: made.hubUrls,
  wifi,
  client: ['boot.py', 'main.py'].map((path) => ({ path, content: new Uint8Array() })),
});
const contentOf = (path: string) => files.find((file) => file.path === path)!.content;

it('writes the key file that provisioning by cable writes', () => {
  const written = /unhexlify\('([0-9a-f]+)'\)/.exec(replLines(made, wifi))?.[1] ?? '';
  expect(bytes(written)).toEqual(Uint8Array.from(contentOf('/cm/key')));
});

it('writes the same settings, whatever the Wi-Fi is called', () => {
  const literal = /cfg\.json', 'w'\); f\.write\((".*")\); f\.close/.exec(replLines(made, wifi))?.[1] ?? '""';
  expect(JSON.parse(JSON.parse(literal))).toEqual(JSON.parse(new TextDecoder().decode(contentOf('/cm/cfg.json'))));
});

it('says that there is no Wi-Fi when none is given', () => {
  expect(replLines(made, { ssid: '', password: '' })).toContain('\\"wifi\\":null');
});
