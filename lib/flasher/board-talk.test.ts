import { describe, expect, test } from 'vitest';
import { hear, silence, type Talk, verdict, verdictAtLast } from './board-talk.ts';

const heard = (...lines: string[]): Talk => lines.reduce(hear, silence);

describe('what a board says on its cable', () => {
  test('leads it home', () => {
    const steps = [
      '>>> @cm wifi 1',
      '@cm wifi 6',
      '@cm wifi 5',
      '@cm ip 192.168.1.7',
      '@cm http',
      '@cm shake',
      '@cm home',
    ];
    const seen = steps.map((_, i) => heard(...steps.slice(0, i + 1)).step);
    expect(seen).toEqual(['wifi', 'address', 'hub', 'hub', 'upgrade', 'proof', 'home']);
    expect(heard(...steps)).toMatchObject({ ip: '192.168.1.7', trouble: undefined });
  });

  test('is picked out of whatever else is printed', () => {
    expect(heard('MicroPython v1.27.0', '>>> ', 'x @cm home', '@cmx home', '@cm', '@cm future 1')).toBe(silence);
  });

  test.each([
    ['2', 'wifi_wrong_password'],
    ['3', 'wifi_not_found'],
    ['4', 'wifi_refused'],
  ])('Wi-Fi status %s is %s when it comes twice', (status, code) => {
    const once = heard('@cm wifi 1', `@cm wifi ${status}`);
    expect([verdict(once), verdictAtLast(once)]).toEqual([undefined, code]);
    expect(verdict(hear(hear(once, '@cm wifi 1'), `@cm wifi ${status}`))).toBe(code);
  });

  test('an attempt that ends while the password is refused counts as a refusal', () => {
    expect(verdict(heard('@cm wifi 2', '@cm lost'))).toBe('wifi_wrong_password');
  });

  test.each([
    ['@cm ip 192.0.2.1', 'hub_not_reachable'],
    ['@cm http', 'hub_is_something_else'],
    ['@cm shake', 'hub_not_proved'],
  ])('lost after %s, twice, is %s', (line, code) => {
    expect(verdict(heard(line, '@cm lost'))).toBe(undefined);
    expect(verdict(heard(line, '@cm lost', line, '@cm lost'))).toBe(code);
    expect(verdictAtLast(heard(line))).toBe(code);
  });

  test('no address is certain at once', () => {
    expect(verdict(heard('@cm wifi 6', '@cm lost'))).toBe('wifi_no_address');
  });

  test('two different failures are not twice the same', () => {
    expect(verdict(heard('@cm wifi 3', '@cm wifi 2'))).toBe(undefined);
  });

  test('a board that says nothing has a client that says nothing', () => {
    expect(verdictAtLast(silence)).toBe('client_silent');
  });
});
