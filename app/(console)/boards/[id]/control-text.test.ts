import { describe, expect, it } from 'vitest';
import { ControlText, plainText } from './control-text.ts';

describe('plainText', () => {
  it('drops colours, cursor moves and window titles', () => {
    expect(plainText('\u001b[1;31mred\u001b[0m \u001b[2J\u001b]0;title\u0007end')).toBe('red end');
  });
  it('makes other control characters visible', () =>
    expect(plainText('a\u0000b\u0007c\u007f')).toBe('a\u2400b\u2407c\u2421'));
  it('keeps tabs and makes every line end a line feed', () => expect(plainText('a\tb\r\nc\rd\n')).toBe('a\tb\nc\nd\n'));
  it('names characters that turn the direction of writing', () => expect(plainText('x\u202Ey')).toBe('x<U+202E>y'));
});

describe('ControlText', () => {
  const joined = (pieces: readonly string[]) => {
    const text = new ControlText();
    return pieces.map((piece) => text.push(piece)).join('');
  };
  it('knows a sequence that is cut between two pieces', () =>
    expect(joined(['a\u001b[3', '1mb\u001b', '[0mc'])).toBe('abc'));
  it('does not double a line end that is cut', () => expect(joined(['a\r', '\nb\r', 'c'])).toBe('a\nb\nc'));
  it('does not keep an escape that never ends', () => {
    expect(joined([`\u001b]${'x'.repeat(300)}`, 'end'])).toContain('end');
  });
  it('agrees with itself however the text is cut', () => {
    const whole = 'one\r\n\u001b[32mtwo\u001b[0m\u001b]0;t\u001b\\three\u0007';
    for (let cut = 0; cut <= whole.length; cut++) {
      expect(joined([whole.slice(0, cut), whole.slice(cut)])).toBe(plainText(whole));
    }
  });
});
