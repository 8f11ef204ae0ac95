/** The hub's log: one JSON line an event, to standard error. Ids of boards, jobs and errors, never keys, tokens or code. */
import { pino } from 'pino';

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const SECRET_FIELDS = ['key', 'token', 'password', 'passwordHash', 'secret', 'cookie', 'authorization'];

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

export function createLog(level: LogLevel): Log {
  const paths = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]);
  // Standard output carries the addresses and the set-up link: a supervisor may read it.
  return pino({ level, base: null, redact: { paths, censor: '[removed]' } }, pino.destination({ dest: 2, sync: true }));
}
