import { describe, expect, test } from 'vitest';
import { shortenNames } from '../tools/shorten.ts';

describe('private names of a module on the board', () => {
  test('are short and the same in every module', () => {
    const text = '_first = None\n\n\ndef _second():\n    global _first\n    _first = 1\n';
    expect(shortenNames(text)).toBe('_a = None\n\n\ndef _b():\n    global _a\n    _a = 1\n');
    expect(shortenNames('class _Third:\n    pass\n')).toBe('class _a:\n    pass\n');
    expect(shortenNames('_one = _two = 0\n_three, _four = 1, 2\n')).toBe('_a = _b = 0\n_c, _d = 1, 2\n');
  });

  test.each([
    ['public', 'name = 1\ndef f():\n    return name'],
    ['of a constant, which leaves nothing behind', '_SIZE = const(4)\nx = _SIZE'],
    ['in a string or comment', "x = '_name'  # _name\n"],
    ['of an attribute', '_held = 1\nself._held = _held'],
    ['of an argument given by name', '_state = 1\nf(x, _state=2)'],
    ['that other modules bring', 'from cm_x import _y\n_y()'],
    ['of Python itself', '__name__ = 1\n_ = 2'],
  ])('stay as they are: %s', (_, text) => {
    expect(shortenNames(text)).toBe(text);
  });

  test('never meet a name that is there', () => {
    expect(shortenNames('_first = 1\ndef f(_a):\n    return _first + _a')).toBe(
      '_b = 1\ndef f(_a):\n    return _b + _a',
    );
  });

  test('are found behind strings and brackets of several lines', () => {
    expect(shortenNames('x = """\n"""\n_name = (1,\n  2)\ny = "é" + _name')).toBe(
      'x = """\n"""\n_a = (1,\n  2)\ny = "é" + _a',
    );
  });
});
