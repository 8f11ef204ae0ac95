/**
 * Programs longer than a record: put into a file and imported, so that the board never holds text and compiled code at once.
 * `exec(open(…).read())` would be nearer to a script, but needs the text in one piece: in a 38 KB heap it gives up at 11 KB of plain
 * functions, an import at 17. An import names the module after its file, so `__name__` is set by the program's own first line.
 */
import { utf8 } from '#lib/protocol/bytes.ts';

export const STAGED_PATH = '/cm/run.py';
/** A path as a module name is found from the root through an empty entry of sys.path, and is never in the way of a user's own `run`. */
const MODULE = '/cm/run';

/** Forgets the module before, for a fresh run, and after, to give its memory back; the file goes as well. */
export const LAUNCHER = `import sys
sys.modules.pop('${MODULE}',0)
sys.path.insert(0,'')
try:
 __import__('${MODULE}')
finally:
 sys.path.remove('')
 sys.modules.pop('${MODULE}',0)
 import os
 os.remove('${STAGED_PATH}')`;

/** What MicroPython calls the text of an EXEC. */
const LAUNCHER_FILE = '<string>';
const SET_NAME = "__name__='__main__'";
/** What may not stand behind a semicolon. */
const COMPOUND = /^\s*(?:@|(?:if|for|while|def|class|try|with|async)\b)/;

export interface StagedProgram {
  readonly content: Uint8Array;
  /** Lines put before the program: its tracebacks count them. */
  readonly linesBefore: number;
}

export function stageProgram(source: string): StagedProgram {
  const ownLine = COMPOUND.test(source);
  return { content: utf8(`${SET_NAME}${ownLine ? '\n' : ';'}${source}`), linesBefore: ownLine ? 1 : 0 };
}

/** The traceback as if the program had been sent as it is: without the launcher's frame, lines as its author counts them. */
export function tracebackOfStaged(traceback: string, program: StagedProgram): string {
  const frame = /^ {2}File "([^"]*)", line (\d+)(.*)$/;
  const lines = traceback.split('\n');
  const own = lines.filter((line) => frame.exec(line)?.[1] !== LAUNCHER_FILE);
  return own.map((line) => renumbered(line, frame.exec(line), program.linesBefore)).join('\n');
}

function renumbered(line: string, frame: RegExpExecArray | null, linesBefore: number): string {
  if (!frame || frame[1] !== STAGED_PATH) return line;
  return `  File "${LAUNCHER_FILE}", line ${Number(frame[2]) - linesBefore}${frame[3]}`;
}
