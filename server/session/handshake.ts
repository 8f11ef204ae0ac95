/** What a session remembers between M1 and INFO; thrown away when it is open. The cryptography is lib/protocol/handshake.ts. */
import { type BoardId, boardIdSchema } from '#lib/api/schema.ts';
import { hexOf } from '#lib/protocol/bytes.ts';
import type { CryptoPort } from '#lib/protocol/crypto.ts';
import { NONCE_BYTES } from '#lib/protocol/frames.ts';
import {
  answerM1,
  type Hello,
  type HubHandshake,
  isM3Good,
  parseM1,
  type SessionKeys,
} from '#lib/protocol/handshake.ts';
import { type ChosenKey, chooseKey } from './keys.ts';
import type { SessionDeps } from './ports.ts';

export class BoardHandshake {
  /** A claim until M3 has proved it. */
  readonly boardId: BoardId;
  readonly #m1: Uint8Array;
  readonly #hello: Hello;
  #key: ChosenKey | undefined;
  #answer: HubHandshake | undefined;

  private constructor(m1: Uint8Array, hello: Hello) {
    this.#m1 = m1;
    this.#hello = hello;
    this.boardId = boardIdSchema.parse(hexOf(hello.boardId));
  }

  /** Undefined when the message is not an M1. */
  static begin(message: Uint8Array): BoardHandshake | undefined {
    // A copy: what comes from a socket may be a piece of a far larger buffer, which would be kept alive.
    const m1 = Uint8Array.from(message);
    const hello = parseM1(m1);
    return hello && new BoardHandshake(m1, hello);
  }

  /** Finds the key and answers M2. */
  async answer(deps: SessionDeps): Promise<Uint8Array> {
    this.#key = await chooseKey(deps, this.boardId, this.#hello);
    this.#answer = answerM1(deps.crypto, this.#key.key, this.#m1, deps.crypto.randomBytes(NONCE_BYTES));
    return this.#answer.m2;
  }

  isProof(crypto: CryptoPort, message: Uint8Array): boolean {
    return this.#answer !== undefined && isM3Good(crypto, message, this.#answer.boardProof);
  }

  get sessionKeys(): SessionKeys {
    if (!this.#answer) throw new Error('M1 has not been answered.');
    return this.#answer.keys;
  }

  get key(): ChosenKey {
    if (!this.#key) throw new Error('M1 has not been answered.');
    return this.#key;
  }
}
