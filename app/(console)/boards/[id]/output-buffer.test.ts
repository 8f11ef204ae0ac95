import { describe, expect, it } from 'vitest';
import { KEPT_CHARACTERS, OutputBuffer } from './output-buffer.ts';

const textOf = (buffer: OutputBuffer) => buffer.pieces.map((piece) => piece.text).join('');

describe('OutputBuffer', () => {
  it('joins what comes in order', () => {
    const buffer = new OutputBuffer();
    expect(buffer.append(0, 2, 'ab')).toBe(true);
    expect(buffer.append(2, 3, 'cde')).toBe(true);
    expect(textOf(buffer)).toBe('abcde');
    expect(buffer.pieces).toHaveLength(1);
  });

  it('counts bytes, not characters', () => {
    const buffer = new OutputBuffer();
    buffer.append(0, 3, '€');
    expect(buffer.next).toBe(3);
  });

  it('does not repeat what a replay sends again', () => {
    const buffer = new OutputBuffer();
    buffer.append(0, 2, 'ab');
    expect(buffer.append(0, 2, 'ab')).toBe(true);
    expect(textOf(buffer)).toBe('ab');
  });

  it.each([
    [5, 2],
    [1, 4],
  ])('asks to fetch when output at %i of %i bytes does not join', (from, bytes) => {
    const buffer = new OutputBuffer();
    buffer.append(0, 2, 'ab');
    expect(buffer.append(from, bytes, 'xxxx')).toBe(false);
    expect(textOf(buffer)).toBe('ab');
  });

  it('ignores an answer that live output has overtaken', () => {
    const buffer = new OutputBuffer();
    buffer.append(0, 4, 'abcd');
    buffer.appendFetched('ab', 2, 0);
    expect(textOf(buffer)).toBe('abcd');
  });

  it('keeps the end of a flood and says how much it dropped', () => {
    const buffer = new OutputBuffer();
    const line = 'x'.repeat(999);
    const lines = 1_000;
    for (let index = 0; index < lines; index++) buffer.append(index * 1_000, 1_000, `${line}\n`);
    const kept = textOf(buffer).length;
    expect(kept).toBeLessThanOrEqual(KEPT_CHARACTERS);
    expect(kept + buffer.leftOut).toBe(lines * 1_000);
  });

  it('keeps typed lines apart from output', () => {
    const buffer = new OutputBuffer();
    buffer.append(0, 6, 'name? ');
    buffer.echo('Ada\n');
    buffer.append(6, 6, 'hi Ada');
    expect(buffer.pieces.map((piece) => piece.kind)).toEqual(['output', 'input', 'output']);
  });
});
