import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from './errors.ts';
import { expandSelection } from './ranges.ts';

function codeOf(text: string, allNames: readonly string[] = []): string {
  try {
    expandSelection(text, () => allNames);
    return 'ok';
  } catch (error) {
    return isAppError(error) ? error.code : `threw ${String(error)}`;
  }
}

describe('expandSelection', () => {
  it.each([
    ['esp8266-[1-3],wipy2-1', ['esp8266-1', 'esp8266-2', 'esp8266-3', 'wipy2-1']],
    ['b-[1,3,7]', ['b-1', 'b-3', 'b-7']],
    ['c-0[08-11]', ['c-008', 'c-009', 'c-010', 'c-011']],
    ['[01-10]x', ['01x', '02x', '03x', '04x', '05x', '06x', '07x', '08x', '09x', '10x']],
    ['a[8-10]', ['a8', 'a9', 'a10']],
    ['a[0-2]', ['a0', 'a1', 'a2']],
    ['a[9-010]', ['a9', 'a10']],
    ['a[007]', ['a007']],
    ['a[1-2,09-10]', ['a1', 'a2', 'a09', 'a10']],
    ['r[1-2]-s[1-2]', ['r1-s1', 'r1-s2', 'r2-s1', 'r2-s2']],
    ['a[1-3],-,a2', ['a1', 'a3']],
    ['a[1-3],-,a[1-2],b', ['a3', 'b']],
    ['a,a,b,a', ['a', 'b']],
    [' a , b ,', ['a', 'b']],
    ['all,-,y', ['x', 'z']],
    ['a,-,a', []],
  ])('%s', (text, names) => {
    expect(expandSelection(text, () => ['x', 'y', 'z'])).toEqual(names);
  });

  it('a[0-10] pads nothing: a lone 0 is not a leading zero', () => {
    expect(expandSelection('a[0-10]')).toEqual(Array.from({ length: 11 }, (_, at) => `a${at}`));
  });

  it.each(['', ' ', ',', ',,'])('%j selects nothing', (text) => expect(codeOf(text)).toBe('selection_empty'));

  it.each([
    'a[3-1]',
    'a[1-3',
    'a1-3]',
    'a[[1]]',
    'a[]',
    'a[x]',
    'a[1-2-3]',
    'a[1,]',
    'a b',
    'file:/etc/passwd',
    'a/b',
    '-',
    'a,-',
    '-,a',
    'a,-,-,b',
    'a[-1]',
    `a[${'9'.repeat(16)}]`,
    'ä',
  ])('%j cannot be read', (text) => expect(codeOf(text)).toBe('selection_invalid'));

  it('takes 10,000 names and refuses one more', () => {
    expect(expandSelection('a[1-10000]').length).toBe(10_000);
    expect(codeOf('a[1-10000],b')).toBe('selection_too_large');
    expect(codeOf('a[1-101]b[1-100]')).toBe('selection_too_large');
    expect(
      codeOf(
        'all',
        Array.from({ length: 10_001 }, (_, at) => `n${at}`),
      ),
    ).toBe('selection_too_large');
  });

  it.each([
    'a[1-999999999999999]',
    `${'[0-9]'.repeat(4000)}`,
    `${'[1-100000000000000]'.repeat(1000)}`,
    `${'a[1-9],'.repeat(2800)}`,
    // Expanded before it is counted, any of them would take far longer than this, and more memory than there is.
  ])('counts a huge range before it expands it: %#', { timeout: 1_000 }, (text) => {
    expect(codeOf(text)).toBe('selection_too_large');
  });

  it('any text is expanded or refused with a selection error, in linear time', () => {
    const grammar = fc
      .array(fc.constantFrom('a', 'b-', '[', ']', ',', '-', '0', '1', '12', '[1-3]', '[1,', ' ', '.'), {
        maxLength: 60,
      })
      .map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.oneof(grammar, fc.string({ maxLength: 200 })), (text) => {
        expect(codeOf(text)).toMatch(/^(ok|selection_\w+)$/);
      }),
      { numRuns: 1000 },
    );
  });

  it('a range is its numbers, each once, in order', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(500), (from, length) => {
        const names = expandSelection(`n-[${from}-${from + length}]`);
        expect(names).toEqual(Array.from({ length: length + 1 }, (_, at) => `n-${from + at}`));
      }),
    );
  });

  it('what is subtracted is gone and nothing else', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(50), { minLength: 1 }),
        fc.uniqueArray(fc.nat(50), { minLength: 1 }),
        (all, gone) => {
          const names = expandSelection(`n[${all.join()}],-,n[${gone.join()}]`);
          expect(names).toEqual(all.filter((number) => !gone.includes(number)).map((number) => `n${number}`));
        },
      ),
    );
  });
});
