import { describe, expect, test } from 'vitest';
import { boardFiles, type Provision } from './files.ts';

const text = (content: Uint8Array): string => new TextDecoder().decode(content);
const bytes = (length: number, first: number): Uint8Array => Uint8Array.from({ length }, (_, i) => first + i);
const client = ['boot.py', 'cm_core.mpy', 'cm_store.mpy', 'main.py'].map((path) => ({ path, content: bytes(3, 1) }));
const provision: Provision = {
  boardId: bytes(16, 0x40),
  key: bytes(32, 0),
  epoch: 0x01020304,
  hubUrls: ['ws://192.0.2.1:18266/device'],
  client,
};
const contentOf = (path: string, of: Provision = provision): Uint8Array =>
  boardFiles(of).find((file) => file.path === path)!.content;

describe('boardFiles', () => {
  test('puts the client into slot a and starts the board only when all else is there', () => {
    expect(boardFiles(provision).map(({ path }) => path)).toEqual([
      '/cm/a/cm_core.mpy',
      '/cm/a/cm_store.mpy',
      '/cm/cfg.json',
      '/cm/key',
      '/boot.py',
      '/main.py',
    ]);
  });

  test('writes the key file as id, big-endian epoch and key', () => {
    const key = contentOf('/cm/key');
    expect(key.length).toBe(52);
    expect(Buffer.from(key).toString('hex')).toBe(
      `${Buffer.from(provision.boardId).toString('hex')}01020304${Buffer.from(provision.key).toString('hex')}`,
    );
  });

  test('writes hubs and Wi-Fi, names in any script', () => {
    const wifi = { ssid: 'Küche "2"', password: '' };
    expect(JSON.parse(text(contentOf('/cm/cfg.json', { ...provision, wifi })))).toEqual({
      hubs: provision.hubUrls,
      wifi: ['Küche "2"', ''],
    });
    expect(JSON.parse(text(contentOf('/cm/cfg.json')))).toEqual({ hubs: provision.hubUrls, wifi: null });
  });

  test.each([
    ['a short id', { boardId: bytes(15, 0) }],
    ['a long key', { key: bytes(33, 0) }],
    ['a negative epoch', { epoch: -1 }],
    ['an epoch over 32 bits', { epoch: 2 ** 32 }],
    ['no hub', { hubUrls: [] }],
    ['a client without main.py', { client: client.slice(0, 3) }],
  ])('refuses %s', (_, wrong) => {
    expect(() => boardFiles({ ...provision, ...wrong })).toThrow(RangeError);
  });
});
