import { textOfCut } from '../protocol/bytes.ts';
import type { ByteStream } from './byte-stream.ts';

/** A board of which every word is written down: `answer` hears what was sent so far and says what comes back. */
export class ScriptedBoard implements ByteStream {
  readonly #answer: (sent: string) => string | undefined;
  #onBytes: (bytes: Uint8Array) => void = () => undefined;
  #onEnd: (reason: Error) => void = () => undefined;
  /** What the board has not answered yet. */
  sent = '';
  all = '';

  constructor(answer: (sent: string) => string | undefined) {
    this.#answer = answer;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.sent += textOfCut(bytes);
    this.all += textOfCut(bytes);
    const answer = this.#answer(this.sent);
    if (answer === undefined) return;
    this.sent = '';
    this.say(answer);
  }

  listen(onBytes: (bytes: Uint8Array) => void, onEnd: (reason: Error) => void): () => void {
    this.#onBytes = onBytes;
    this.#onEnd = onEnd;
    return () => {
      this.#onBytes = () => undefined;
    };
  }

  say(text: string): void {
    this.#onBytes(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  }

  end(reason: Error): void {
    this.#onEnd(reason);
  }
}
