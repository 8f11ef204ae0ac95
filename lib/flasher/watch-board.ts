/** Listens to a board that was just reset until it is home, has failed for certain, or the time is up. */
import { textOfCut } from '../protocol/bytes.ts';
import { hear, silence, type Talk, verdict, verdictAtLast } from './board-talk.ts';
import { FlashFailure } from './failures.ts';
import type { SerialLine } from './serial-line.ts';

/** Two attempts of the client that come to nothing, and the pause between. */
const JOIN_MS = 60_000;
/** A client that runs has said something by then. */
const SILENT_MS = 20_000;
const TAIL_LINES = 8;
const LINE_MAX = 500;

export interface Watch {
  /** The board's own address, when it is home. */
  readonly home: Promise<string | undefined>;
}

/** Starts listening at once; call it before the reset. */
export function watchBoard(line: SerialLine, onTalk: (talk: Talk) => void): Watch {
  let talk: Talk = silence;
  let rest = '';
  const lines: string[] = [];
  const home = new Promise<string | undefined>((resolve, reject) => {
    const fail = (code = verdictAtLast(talk)): void => finish(() => reject(new FlashFailure(code, lines.join('\n'))));
    const timer = setTimeout(() => fail(), JOIN_MS);
    const silent = setTimeout(() => talk === silence && fail(), SILENT_MS);
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      clearTimeout(silent);
      stop();
      settle();
    };
    const take = (text: string): void => {
      lines.push(text);
      if (lines.length > TAIL_LINES) lines.shift();
      const next = hear(talk, text);
      if (next === talk) return;
      talk = next;
      onTalk(talk);
    };
    const stop = line.listen(
      (bytes) => {
        const pieces = (rest + textOfCut(bytes)).split('\n');
        rest = (pieces.pop() ?? '').slice(-LINE_MAX);
        for (const piece of pieces) take(piece.trim());
        const code = verdict(talk);
        if (talk.step === 'home') finish(() => resolve(talk.ip));
        else if (code) fail(code);
      },
      (reason) => finish(() => reject(reason)),
    );
  });
  return { home };
}
