import { describe, expect, it } from 'vitest';
import { safeNextPath, signInPath } from './next-path.ts';

describe('safeNextPath', () => {
  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', '', null, undefined])(
    'sends %j home',
    (next) => {
      expect(safeNextPath(next)).toBe('/');
    },
  );
  it('keeps a path of the console', () => expect(safeNextPath('/boards/1?run=2')).toBe('/boards/1?run=2'));
});

describe('signInPath', () => {
  it('says where to return', () => expect(signInPath('/boards/1')).toBe('/sign-in?next=%2Fboards%2F1'));
  it('is short for the first page', () => expect(signInPath('/')).toBe('/sign-in'));
});
