/**
 * The selection language, one line that names many boards: `esp8266-[1-3],wipy-[1,3,7],c-0[08-11],-,esp8266-2`.
 * Items are separated by commas and keep their order; a name counts once. `[…]` holds numbers and ranges, several brackets in a
 * name give every combination. `-` between commas takes the next item away from what stands before it. `all` is every board.
 * A start that is written with a leading zero pads to the width of the end: `[08-11]` is 08, 09, 10, 11; `[0-10]` and `[1-010]`
 * pad nothing. Everything is counted before a single name is made, so that a huge range costs nothing.
 */
import { MAX_SELECTION } from './api/schema.ts';
import { AppError } from './errors.ts';

interface Span {
  readonly from: number;
  readonly to: number;
  readonly width: number;
}
type Part = string | readonly Span[];
interface Item {
  readonly parts: readonly Part[];
  readonly minus: boolean;
}

/** Numbers stay exact in a double. */
const MAX_DIGITS = 15;
const ALL = 'all';

/**
 * The names that the text selects, in its order. `allNames` is what `all` stands for.
 * Throws selection_empty, selection_invalid or selection_too_large.
 */
export function expandSelection(text: string, allNames: () => readonly string[] = () => []): readonly string[] {
  const items = parse(text);
  if (items.length === 0) throw new AppError('selection_empty');
  let count = 0;
  for (const item of items) count += isAll(item) ? 0 : countNames(item);
  if (count > MAX_SELECTION) throw new AppError('selection_too_large');

  const selected = new Set<string>();
  for (const item of items) {
    const names = isAll(item) ? allNames() : expandParts(item.parts);
    for (const name of names) item.minus ? selected.delete(name) : selected.add(name);
  }
  if (selected.size > MAX_SELECTION) throw new AppError('selection_too_large');
  return [...selected];
}

const isAll = (item: Item) => item.parts.length === 1 && item.parts[0] === ALL;

function parse(text: string): readonly Item[] {
  const items: Item[] = [];
  let minus = false;
  for (const raw of splitItems(text)) {
    const item = raw.trim();
    if (item === '') continue;
    if (item === '-') {
      if (minus || items.length === 0) throw invalid('"-" needs a name before it and after it');
      minus = true;
      continue;
    }
    items.push({ parts: parseParts(item), minus });
    minus = false;
  }
  if (minus) throw invalid('"-" needs a name after it');
  return items;
}

/** Splits at commas outside brackets. */
function splitItems(text: string): readonly string[] {
  const items: string[] = [];
  let start = 0;
  let open = -1;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '[') {
      if (open >= 0) throw invalid(`a bracket inside a bracket at "${excerpt(text, open)}"`);
      open = at;
    } else if (character === ']') {
      if (open < 0) throw invalid(`"]" without "[" at "${excerpt(text, start)}"`);
      open = -1;
    } else if (character === ',' && open < 0) {
      items.push(text.slice(start, at));
      start = at + 1;
    }
  }
  if (open >= 0) throw invalid(`"[" without "]" at "${excerpt(text, open)}"`);
  items.push(text.slice(start));
  return items;
}

function parseParts(item: string): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < item.length) {
    const open = item.indexOf('[', at);
    const literal = item.slice(at, open < 0 ? item.length : open);
    if (!/^[A-Za-z0-9._-]*$/.test(literal)) throw invalid(`"${excerpt(literal, 0)}" is not part of a board name`);
    if (literal !== '') parts.push(literal);
    if (open < 0) break;
    const close = item.indexOf(']', open);
    parts.push(
      item
        .slice(open + 1, close)
        .split(',')
        .map(parseSpan),
    );
    at = close + 1;
  }
  return parts;
}

function parseSpan(text: string): Span {
  const [, start, end] = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(text) ?? [];
  if (start === undefined) throw invalid(`"[${excerpt(text, 0)}]" is not a number or a range like 1-3`);
  const last = end ?? start;
  if (start.length > MAX_DIGITS || last.length > MAX_DIGITS)
    throw invalid(`"${excerpt(text, 0)}" has more than ${MAX_DIGITS} digits`);
  const span = {
    from: Number(start),
    to: Number(last),
    width: start.length > 1 && start.startsWith('0') ? last.length : 0,
  };
  if (span.to < span.from) throw invalid(`"${text.trim()}" counts backwards; write ${last}-${start}`);
  return span;
}

function countNames(item: Item): number {
  let count = 1;
  for (const part of item.parts) {
    if (typeof part === 'string') continue;
    let spans = 0;
    for (const span of part) spans += span.to - span.from + 1;
    count *= spans;
    // Beyond the limit only "too many" matters; the product would leave the exact numbers.
    if (count > MAX_SELECTION) return count;
  }
  return count;
}

function expandParts(parts: readonly Part[]): readonly string[] {
  let names = [''];
  for (const part of parts) {
    const pieces = typeof part === 'string' ? [part] : part.flatMap(expandSpan);
    names = names.flatMap((name) => pieces.map((piece) => name + piece));
  }
  return names;
}

function expandSpan({ from, to, width }: Span): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index).padStart(width, '0'));
}

function invalid(what: string): AppError {
  return new AppError('selection_invalid', { message: `The selection cannot be read: ${what}.`, field: 'boards' });
}

function excerpt(text: string, from: number): string {
  return text.length - from > 20 ? `${text.slice(from, from + 20)}…` : text.slice(from);
}
