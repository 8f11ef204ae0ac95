/** A traceback of MicroPython, line by line, with the places that lead into the code of the run. */
import { plainText } from './control-text.ts';

const frameLine = /^\s*File "([^"]*)", line (\d+)(?:, in (.*))?$/;
/** Names under which the board runs code that came from here: as a string, or as a staged file when it is long. */
const ownFiles = /^(?:<[a-z]+>|\/?cm\/run\.(?:m?py))$/;

export interface TracebackLine {
  readonly text: string;
  /** Line of the run's own code; undefined for a line of text or another file. */
  readonly codeLine: number | undefined;
}

export interface Traceback {
  readonly lines: readonly TracebackLine[];
  /** The exception: `NameError: name 'x' isn't defined`. */
  readonly summary: string;
}

function parseLine(text: string): TracebackLine {
  const frame = frameLine.exec(text);
  const own = frame !== null && ownFiles.test(frame[1] ?? '');
  return { text, codeLine: own ? Number(frame[2]) : undefined };
}

export function parseTraceback(traceback: string): Traceback {
  const texts = plainText(traceback).trimEnd().split('\n');
  const summary = texts.at(-1) ?? '';
  return { lines: texts.slice(0, -1).map(parseLine), summary };
}
