/**
 * Words for a password while it is typed. Length decides, as ASVS 5.0 advises; a few patterns that guessing programs try first
 * count as much shorter. The hub alone decides what it accepts.
 */
export const MIN_PASSWORD = 10;

export interface Strength {
  /** 0 too short to 4 excellent. */
  readonly level: 0 | 1 | 2 | 3 | 4;
  readonly words: string;
}

const common = /pass ?wor[dt]|qwert|12345|abcde|letmein|welcome|admin|micropython|esp8266|cloudmanager/gi;
const repeats = /(.)\1{2,}/g;

// A repeated character and a well-known word add as much to the work of guessing as one character.
function countedLength(password: string): number {
  return password.replace(common, '*').replace(repeats, '$1').length;
}

export function passwordStrength(password: string): Strength {
  if (password.length < MIN_PASSWORD) {
    const missing = MIN_PASSWORD - password.length;
    return { level: 0, words: missing === 1 ? 'One more character' : `${missing} more characters` };
  }
  const length = countedLength(password);
  if (length < 9) return { level: 1, words: 'Easy to guess' };
  if (length < 12) return { level: 2, words: 'Fair; a few words more make it strong' };
  if (length < 16) return { level: 3, words: 'Strong' };
  return { level: 4, words: 'Excellent' };
}
