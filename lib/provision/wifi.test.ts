import { describe, expect, test } from 'vitest';
import { hubUrlSchema, wifiSchema } from './wifi.ts';

const accepts = (ssid: string, password: string): boolean => wifiSchema.safeParse({ ssid, password }).success;

describe('Wi-Fi details', () => {
  test.each([
    ['quotes and spaces', ' it\'s "mine" ', ' pass "word\' '],
    ['letters of any script', 'Küche 😀', 'пароль-八文字以上'],
    ['32 and 63 bytes', 'x'.repeat(32), 'y'.repeat(63)],
    ['an open network', 'open', ''],
    ['a key of 64 digits', 'home', 'aF'.repeat(32)],
  ])('with %s are taken as they are', (_, ssid, password) => {
    expect(wifiSchema.parse({ ssid, password })).toEqual({ ssid, password });
  });

  test.each([
    ['no name', '', 'password'],
    ['a name of 33 bytes', 'x'.repeat(33), 'password'],
    ['a name of 17 letters of two bytes', 'ü'.repeat(17), 'password'],
    ['a password of 7', 'home', '1234567'],
    ['a password of 64 that is no key', 'home', 'y'.repeat(64)],
    ['a zero byte', 'ho\0me', 'password'],
  ])('with %s are refused', (_, ssid, password) => {
    expect(accepts(ssid, password)).toBe(false);
  });
});

describe('the address of the hub', () => {
  test.each(['ws://192.168.1.2:18266/device', 'wss://hub.example.org/device'])('%s is one', (url) => {
    expect(hubUrlSchema.parse(url)).toBe(url);
  });

  test.each([
    'ws://localhost:18266/device',
    'ws://LOCALHOST/device',
    'ws://127.0.0.1:18266/device',
    'ws://[::1]:18266/device',
    'ws://[fd00::1]/device',
    'http://192.168.1.2/device',
    '192.168.1.2',
  ])('%s is none', (url) => {
    expect(hubUrlSchema.safeParse(url).success).toBe(false);
  });
});
