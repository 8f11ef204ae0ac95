import { describe, expect, it } from 'vitest';
import { passwordStrength } from './password-strength.ts';

describe('passwordStrength', () => {
  it.each([
    ['', 0],
    ['short', 0],
    ['aaaaaaaaaaaaaaaaaaaa', 1],
    ['password12345', 1],
    ['tram violet', 2],
    ['tram violet 7', 3],
    ['tram violet harbour', 4],
  ])('rates %j as %i', (password, level) => expect(passwordStrength(password).level).toBe(level));

  it('says how many characters are missing', () =>
    expect(passwordStrength('123456789').words).toBe('One more character'));
});
