import { describe, expect, it } from 'vitest';
import { agoText, durationText, spanText } from './ago-text.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('spanText', () => {
  it.each([
    [-5_000, '0 s'],
    [59_999, '59 s'],
    [MINUTE, '1 min'],
    [HOUR - 1, '59 min'],
    [2 * HOUR, '2 h'],
    [24 * HOUR, '1 day'],
    [60 * 24 * HOUR, '60 days'],
  ])('%i ms is %s', (ms, text) => expect(spanText(ms)).toBe(text));
});

describe('agoText', () => {
  it('calls a moment ahead of the clock now', () => expect(agoText(-90_000)).toBe('just now'));
  it('counts seconds after five', () => expect(agoText(5_000)).toBe('5 s ago'));
});

describe('durationText', () => {
  it.each([
    [-3, '0 ms'],
    [12.4, '12 ms'],
    [1_000, '1.0 s'],
    [59_940, '59.9 s'],
    [59_990, '1 min 00 s'],
    [125_000, '2 min 05 s'],
    [3_780_000, '1 h 03 min'],
  ])('%i ms is %s', (ms, text) => expect(durationText(ms)).toBe(text));
});
