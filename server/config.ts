/** The only reader of the environment and of the command line: everything else is given its settings. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_PORT } from '#lib/api/schema.ts';
import { AppError } from '#lib/errors.ts';
import { resolveDataDir } from '#lib/node/data-dir.ts';
import type { LogLevel } from './log.ts';

export interface Config {
  /** 0: any free port. */
  readonly port: number;
  /** Address to listen on; undefined: all of this machine. */
  readonly host: string | undefined;
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  /** Reloads pages as they are edited. */
  readonly dev: boolean;
  /** False: the API and the boards alone, for tests and for machines without a console. */
  readonly console: boolean;
  /** Address of the page with MicroPython's downloads; undefined: its own site. */
  readonly firmwareIndex?: string | undefined;
  /** Where package.json lies. */
  readonly rootDir: string;
}

/** Sources lie in server/ and the bundle in dist/: the project is one level up from both. */
export const ROOT_DIR = resolve(import.meta.dirname, '..');

type Env = Readonly<Record<string, string | undefined>>;

const logLevels: readonly LogLevel[] = ['silent', 'error', 'warn', 'info', 'debug'];

export const USAGE =
  'Usage: npm start -- [--port PORT] [--data FOLDER] [--host ADDRESS] [--no-console] [--firmware-index URL]';

/** Throws invalid_input with the usage when the command line cannot be understood. */
export function readConfig(argv: readonly string[] = process.argv.slice(2), env: Env = process.env): Config {
  const values = parseCommandLine(argv);
  return {
    port: parsePort(values.port ?? env.CLOUDMANAGER_PORT),
    host: values.host ?? env.CLOUDMANAGER_HOST,
    dataDir: resolveDataDir(values.data, env),
    logLevel: logLevels.find((level) => level === env.CLOUDMANAGER_LOG) ?? 'warn',
    dev: values.dev ?? false,
    console: !values['no-console'],
    firmwareIndex: parseFirmwareIndex(values['firmware-index'] ?? env.CLOUDMANAGER_FIRMWARE_INDEX),
    rootDir: ROOT_DIR,
  };
}

function parseCommandLine(argv: readonly string[]) {
  try {
    const options = {
      port: { type: 'string' },
      data: { type: 'string' },
      host: { type: 'string' },
      dev: { type: 'boolean' },
      'no-console': { type: 'boolean' },
      'firmware-index': { type: 'string' },
    } as const;
    return parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (error) {
    throw new AppError('invalid_input', {
      message: error instanceof Error ? error.message : 'The command line is not valid.',
      hint: USAGE,
    });
  }
}

function parsePort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535 && /^\d+$/.test(text)) return port;
  throw new AppError('invalid_input', {
    message: `"${text}" is not a port: give a number from 0 to 65535.`,
    hint: USAGE,
  });
}

/** Whether a mirror may be reached without TLS is decided where it is connected to: only in one's own network. */
function parseFirmwareIndex(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const url = URL.parse(text);
  const isPlain = url?.username === '' && url.password === '' && url.hash === '';
  if (url && isPlain && (url.protocol === 'https:' || url.protocol === 'http:')) return url.href;
  throw new AppError('invalid_input', {
    message: `"${text}" is not the address of a page with firmware: give an https:// address.`,
    hint: USAGE,
  });
}

/** Makes next-auth take the address of each request for its own, so that one hub serves localhost and the LAN alike. */
export function prepareConsoleEnvironment(dev: boolean, env: Record<string, string | undefined> = process.env): void {
  env.AUTH_TRUST_HOST = '1';
  delete env.NEXTAUTH_URL;
  if (!dev) env.NODE_ENV = 'production';
  env.NEXT_TELEMETRY_DISABLED ??= '1';
}
