/**
 * Where mbm writes: results to stdout, everything about them to stderr. Colours and neutralised control characters on a terminal
 * only: a pipe gets what the board sent, byte for byte as text. Tables are in table.ts.
 */
import type { CliConfig } from './config.ts';

export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): boolean;
  once(event: 'drain', listener: () => void): unknown;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';
const SGR: Readonly<Record<Style, string>> = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33' };

export const HEADER_COLUMNS = 80;

export interface Output {
  /** Columns of the terminal; undefined in a pipe, where nothing is cut. */
  readonly columns: number | undefined;
  line(text?: string): void;
  json(document: unknown): void;
  /** On stderr. */
  note(text: string): void;
  paint(style: Style, text: string): string;
  /** What a board wrote; resolves when the reader has kept up, so that a slow pipe does not fill the memory. */
  fromBoard(text: string): Promise<void>;
  /** A board's own words about a failure, on stderr. */
  trouble(text: string): void;
}

export function createOutput(stdout: Stream, stderr: Stream, config: CliConfig): Output {
  const paintFor = (stream: Stream) => (style: Style, text: string) =>
    stream.isTTY && !config.noColor ? `\u001b[${SGR[style]}m${text}\u001b[0m` : text;
  const safeFor = (stream: Stream, text: string) => (stream.isTTY ? neutralise(text) : text);
  const paintError = paintFor(stderr);
  return {
    columns: stdout.isTTY ? stdout.columns : undefined,
    line: (text = '') => void stdout.write(`${text}\n`),
    json: (document) => void stdout.write(`${JSON.stringify(document, null, 2)}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    paint: paintFor(stdout),
    fromBoard: (text) =>
      new Promise((resolve) => {
        if (stdout.write(safeFor(stdout, text))) resolve();
        else stdout.once('drain', resolve);
      }),
    trouble: (text) => void stderr.write(`${paintError('red', safeFor(stderr, text).trimEnd())}\n`),
  };
}

/** The line above each board's output, as the first mbm had it. */
export function executingHeader(boardName: string): string {
  return `## Executing on '${boardName}' `.padEnd(HEADER_COLUMNS, '#');
}

// Everything that a terminal may obey, except line ends and tabs: C0, DEL and C1.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
const DEL = 0x7f;

/** Shows control characters instead of letting the terminal obey them: a board must not move the cursor or rename the window. */
export function neutralise(text: string): string {
  return text.replace(CONTROL, (character) => {
    const code = character.charCodeAt(0);
    if (code === DEL) return '\u2421';
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}
