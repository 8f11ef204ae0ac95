/** What is measured: figures with a name, a value and, where we promised something, a target. Read main.ts first. */
import { z } from 'zod';

export const figureSchema = z.object({
  name: z.string(),
  value: z.number(),
  unit: z.string(),
  /** `≥ 0.5`, `≤ 10`; null where nothing is promised. */
  target: z.string().nullable(),
  ok: z.boolean(),
});
export type Figure = z.infer<typeof figureSchema>;

export interface Group {
  readonly name: string;
  /** One sentence: what is done and what is counted. */
  readonly about: string;
  measure(say: (line: string) => void): Promise<readonly Figure[]>;
}

export function atMost(name: string, value: number, unit: string, limit: number): Figure {
  return { name, value: rounded(value), unit, target: `≤ ${limit}`, ok: value <= limit };
}

export function atLeast(name: string, value: number, unit: string, limit: number): Figure {
  return { name, value: rounded(value), unit, target: `≥ ${limit}`, ok: value >= limit };
}

export function plain(name: string, value: number, unit: string): Figure {
  return { name, value: rounded(value), unit, target: null, ok: true };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

export function asLine({ name, value, unit, target, ok }: Figure): string {
  const promise = target === null ? '' : `${ok ? 'ok' : 'MISSED'} (${target})`;
  return `  ${name.padEnd(52)} ${String(value).padStart(10)} ${unit.padEnd(10)} ${promise}`.trimEnd();
}

/** Three significant digits say all that a shared machine can. */
function rounded(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
}
