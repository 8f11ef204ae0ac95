/**
 * From a raw REPL to a board that dials the hub: asks what it is, makes room without losing the user's programs, writes what
 * lib/provision/files.ts lists, reads everything back, closes the board's own access point and resets it.
 */
import { z } from 'zod';
import { hexOf } from '../protocol/bytes.ts';
import { boardFiles, type Provision } from '../provision/files.ts';
import { BoardFileWriter, hashOf } from '../repl/board-files.ts';
import { pythonString } from '../repl/python-text.ts';
import type { RawRepl } from '../repl/raw-repl.ts';
import { isReplError, ReplError } from '../repl/repl-error.ts';
import { FACTS_CODE, finishCode, KEEP_CODE, SETTLE_CODE } from './board-code.ts';
import { FlashFailure } from './failures.ts';
import type { Notice, PythonFacts } from './flash-state.ts';

const OLDEST = [1, 19] as const;

const factsSchema = z.object({
  version: z.array(z.number()),
  machine: z.string(),
  mac: z.string().regex(/^[0-9a-f]{12}$/),
  chipId: z.string().regex(/^([0-9a-f]{2})+$/),
  freeBytes: z.number(),
});

/** Asks MicroPython who it is; refuses what cannot carry the client. */
export async function readFacts(repl: RawRepl): Promise<PythonFacts> {
  const facts = parseFacts(await repl.run(FACTS_CODE));
  const [major = 0, minor = 0] = facts.version;
  const version = facts.version.slice(0, 3).join('.');
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new FlashFailure('micropython_too_old', version);
  }
  if (facts.freeBytes < 0) throw new FlashFailure('no_filesystem', version);
  return { ...facts, version, mac: (facts.mac.match(/../g) ?? []).join(':') };
}

function parseFacts(text: string): z.infer<typeof factsSchema> {
  try {
    return factsSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new ReplError('repl_confused', 'The board did not say what it is.', `${text} ${String(error)}`);
  }
}

export interface ProvisionPlan {
  readonly provision: Provision;
  /** What differs from what is on the board already, in the order of writing. */
  readonly files: ReturnType<typeof boardFiles>;
  readonly totalBytes: number;
  /** The file system was made a moment ago. */
  readonly isFresh: boolean;
}

/** What there is to do: a second try writes only what was wrong. */
export async function planProvision(repl: RawRepl, provision: Provision, isFresh: boolean): Promise<ProvisionPlan> {
  const wanted = boardFiles(provision);
  const present = await new BoardFileWriter(repl).hashes(wanted.map(({ path }) => path));
  const differs = await Promise.all(
    wanted.map(async ({ path, content }) => present.get(path) !== (await hashOf(content))),
  );
  const files = wanted.filter((_, i) => differs[i]);
  return { provision, isFresh, files, totalBytes: files.reduce((sum, { content }) => sum + content.length, 0) };
}

/** Writes the files and leaves the board ready for its reset; answers what became of the user's own. */
export async function provisionBoard(
  repl: RawRepl,
  { provision, files, isFresh }: ProvisionPlan,
  onBytes: (doneBytes: number) => void,
): Promise<Notice[]> {
  // A new file system holds nobody's programs, only the firmware's own boot.py.
  const notices = isFresh ? [] : (await repl.run(KEEP_CODE)).split(/\s+/).filter(isNotice);
  await repl.run(SETTLE_CODE.replace('BOARD_ID', pythonString(hexOf(provision.boardId))));
  const writer = new BoardFileWriter(repl);
  let doneBytes = 0;
  for (const file of files) {
    await writer.makeFolders(file.path);
    await writer.put(file, (bytes) => onBytes(doneBytes + bytes));
    doneBytes += file.content.length;
  }
  await repl.run(finishCode(provision.wifi));
  await readBack(writer, provision);
  return notices;
}

/** After the reset nobody can look any more. */
async function readBack(writer: BoardFileWriter, provision: Provision): Promise<void> {
  const wanted = boardFiles(provision);
  const present = await writer.hashes(wanted.map(({ path }) => path));
  for (const { path, content } of wanted) {
    if (present.get(path) !== (await hashOf(content))) {
      throw new ReplError('file_differs', `${path} on the board is not what was written.`, path);
    }
  }
}

/** Everything that can go wrong at the REPL, in the words of the table. */
export function failureOfRepl(error: unknown, whenSilent: 'no_start' | 'no_micropython' | 'files_failed'): unknown {
  if (!isReplError(error)) return error;
  const code = error.code === 'repl_silent' || error.code === 'repl_confused' ? whenSilent : 'files_failed';
  return new FlashFailure(code, error.detail || error.message, { cause: error });
}

function isNotice(word: string): word is Notice {
  return word === 'main-kept' || word === 'boot-kept';
}
