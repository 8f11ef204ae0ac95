/**
 * Private names of a module become `_a`, `_b`, …: MicroPython keeps every distinct name on the heap for ever (7 bytes and
 * its text), so modules that use the same few share them. Only the board's copy changes; strings, attributes and
 * arguments do not.
 */
import { readPython } from '../../scripts/check-device.mjs';

const PRIVATE = /^_[A-Za-z]\w+$/;

interface Token {
  readonly value: string;
  readonly line: number;
  readonly column: number;
}

/** Names that the module itself binds at its left edge; `_X = const(…)` leaves nothing behind and stays readable. */
const ownNames = (lines: readonly (readonly Token[])[]): string[] => {
  const names = lines.flatMap((tokens) => {
    const [first, second, third] = tokens;
    if (!first || first.column > 0) return [];
    if (first.value === 'def' || first.value === 'class') return second ? [second.value] : [];
    const end = tokens.findLastIndex(({ value }) => value === '=');
    const isConst = second?.value === '=' && third?.value === 'const';
    return end > 0 && !isConst ? tokens.slice(0, end).map(({ value }) => value) : [];
  });
  return [...new Set(names.filter((name) => PRIVATE.test(name)))];
};

const shortName = (index: number): string => (index < 26 ? `_${String.fromCharCode(97 + index)}` : `_a${index}`);

/** Names behind a dot, and those of arguments, `f(_x=1)`: other modules may know them. */
const foreignNames = (tokens: readonly Token[]): Set<string> => {
  const names = new Set<string>();
  let depth = 0;
  tokens.forEach(({ value }, i) => {
    if ('([{'.includes(value)) depth += 1;
    if (')]}'.includes(value)) depth -= 1;
    const isArgument = depth > 0 && tokens[i + 1]?.value === '=';
    if (isArgument || tokens[i - 1]?.value === '.') names.add(value);
  });
  return names;
};

/** The module with short private names; a name that occurs behind a dot, or as an argument's, keeps its own. */
export function shortenNames(text: string): string {
  const lines: Token[][] = readPython(text);
  const tokens = lines.flat();
  const kept = foreignNames(tokens);
  const taken = new Set(tokens.map(({ value }) => value));
  const free = Array.from({ length: 200 }, (_, i) => shortName(i)).filter((name) => !taken.has(name));
  const own = ownNames(lines).filter((name) => !kept.has(name));
  const renamed = new Map(own.map((name, i) => [name, free[i] ?? name]));
  const source = text.split('\n');
  for (const { value, line, column } of tokens.toReversed()) {
    const short = renamed.get(value);
    const old = source[line - 1];
    if (short && old !== undefined) source[line - 1] = old.slice(0, column) + short + old.slice(column + value.length);
  }
  return source.join('\n');
}
