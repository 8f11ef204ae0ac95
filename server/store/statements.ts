/** Writes that are made thousands of times in one turn: compiled once, without what drizzle looks up at each call. */
import { is, Param, Placeholder, type Query } from 'drizzle-orm';
import type { Db } from './database.ts';

export type Write = (values: Readonly<Record<string, unknown>>) => void;

/** A statement of drizzle's; its placeholders are the names of the values. */
export function prepareWrite(db: Db, query: { toSQL(): Query }): Write {
  const { sql, params } = query.toSQL();
  const statement = db.$client.prepare(sql);
  const readers = params.map(readerOf);
  return (values) => void statement.run(readers.map((read) => read(values)));
}

function readerOf(param: unknown): (values: Readonly<Record<string, unknown>>) => unknown {
  if (is(param, Placeholder)) return (values) => values[String(param.name)];
  if (!is(param, Param)) return () => param;
  const { value, encoder } = param;
  if (!is(value, Placeholder)) return () => encoder.mapToDriverValue(value);
  const name = String(value.name);
  return (values) => {
    const given = values[name];
    return given === null ? null : encoder.mapToDriverValue(given);
  };
}
