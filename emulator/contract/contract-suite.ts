/**
 * What every board must do, whatever it is made of: the wire and its operations, as docs/protocol.md and lib/protocol/frames.ts
 * say. The tests run in order on one board, as its life goes on; each begins with the session the last one left.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { nodeCrypto } from '#lib/node/crypto.ts';
import { BOARD_ID_BYTES, KEY_BYTES } from '#lib/protocol/frames.ts';
import type { BoardFile } from '#lib/provision/files.ts';
import { boardFiles } from '#lib/provision/files.ts';
import type { BoardTarget, TargetBoard } from './board-target.ts';
import { fileTests } from './file-tests.ts';
import { linkTests } from './link-tests.ts';
import { programTests } from './program-tests.ts';
import { type BoardLink, startTestHub, type TestHub } from './test-hub.ts';

const FIRST_EPOCH = 1;

/** The life of one board through all tests. */
export interface Life {
  readonly target: BoardTarget;
  readonly hub: TestHub;
  readonly board: TargetBoard;
  /** The session that is up; waits for one when the last has ended. */
  link(): Promise<BoardLink>;
  /** Ends the session and resolves with the next one. */
  relink(end: (link: BoardLink) => void | Promise<void>): Promise<BoardLink>;
}

export function describeBoard(target: BoardTarget, client: () => Promise<readonly BoardFile[]>): void {
  describe(`the contract on the ${target.name}`, () => {
    const life = new RunningLife(target);
    beforeAll(() => life.begin(client));
    afterAll(() => life.end());
    linkTests(life);
    programTests(life);
    fileTests(life);
  });
}

class RunningLife implements Life {
  readonly target: BoardTarget;
  #hub: TestHub | undefined;
  #board: TargetBoard | undefined;
  #link: BoardLink | undefined;
  #isUp = false;

  constructor(target: BoardTarget) {
    this.target = target;
  }

  get hub(): TestHub {
    if (this.#hub === undefined) throw new Error('The test hub does not run.');
    return this.#hub;
  }

  get board(): TargetBoard {
    if (this.#board === undefined) throw new Error('The board does not run.');
    return this.#board;
  }

  async begin(client: () => Promise<readonly BoardFile[]>): Promise<void> {
    const identity = {
      boardId: nodeCrypto.randomBytes(BOARD_ID_BYTES),
      key: nodeCrypto.randomBytes(KEY_BYTES),
      epoch: FIRST_EPOCH,
    };
    const { network } = this.target;
    this.#hub = await startTestHub(identity, network?.host);
    const wifi = network?.wifi ? { wifi: network.wifi } : {};
    const files = boardFiles({ ...identity, ...wifi, hubUrls: [this.#hub.url], client: await client() });
    this.#board = await this.target.start(files);
    // A board that does not connect at all fails here, once, and not in every test.
    await this.link();
  }

  async end(): Promise<void> {
    await this.#board?.stop();
    await this.#hub?.stop();
  }

  async link(): Promise<BoardLink> {
    if (this.#link !== undefined && this.#isUp) return this.#link;
    const link = await this.#nextLink();
    return link;
  }

  async relink(end: (link: BoardLink) => void | Promise<void>): Promise<BoardLink> {
    await end(await this.link());
    return this.#nextLink();
  }

  async #nextLink(): Promise<BoardLink> {
    try {
      const link = await this.hub.link();
      this.#link = link;
      this.#isUp = true;
      void link.closed.then(() => {
        if (this.#link === link) this.#isUp = false;
      });
      return link;
    } catch (cause) {
      throw new Error(`The board did not connect. Its console says:\n${this.board.console().slice(-2000)}`, { cause });
    }
  }
}
