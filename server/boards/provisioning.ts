/**
 * Boards that come by cable: an id and a key that works for one first connection. A chip that the team knows stays the board it
 * was, with a new key; the old one stops working at once. Ids and keys can be fetched in advance for places without the hub.
 */
import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import {
  type BoardProvisioned,
  BUNDLE_DAYS,
  type Bundle,
  type boardProvisionSchema,
  MAX_RESERVED_BOARDS,
} from '#lib/api/provision-schema.ts';
import { AppError } from '#lib/errors.ts';
import { KEY_BYTES } from '#lib/protocol/frames.ts';
import type { Hub } from '#server/hub/hub.ts';
import type { Adopt } from '#server/hub/ports.ts';
import { newBoardId } from '#server/store/ids.ts';
import type { Store } from '#server/store/store.ts';
import type { AuthorizedTeamId } from '#server/store/team-scope.ts';

export const FIRST_EPOCH = 1;
const BUNDLE_MS = BUNDLE_DAYS * 24 * 60 * 60 * 1000;
/** Of a board of a bundle whose platform cannot be part of a name. */
const ANY_PLATFORM = 'board';

export interface Provisioning {
  /** Throws board_name_taken for a name that the caller chose. */
  provision(teamId: AuthorizedTeamId, input: z.output<typeof boardProvisionSchema>): Promise<BoardProvisioned>;
  /** Throws too_many_reserved_boards. */
  bundle(teamId: AuthorizedTeamId, count: number): Promise<Bundle>;
  /** For the hub: a board of a bundle has connected for the first time. */
  readonly adopt: Adopt;
}

export interface ProvisioningDeps {
  readonly store: Pick<Store, 'boards' | 'keys'>;
  readonly hub: Pick<Hub, 'findBoard' | 'findBoardByName' | 'setBoard' | 'endSessions'>;
  readonly now: () => number;
  /** ws:// addresses that a real board can dial. */
  readonly boardUrls: () => readonly string[];
}

export function createProvisioning({ store, hub, now, boardUrls }: ProvisioningDeps): Provisioning {
  async function insertOrRenew(teamId: AuthorizedTeamId, name: string, input: z.output<typeof boardProvisionSchema>) {
    const { chipId, mac = null, platform } = input;
    const facts = { virtual: false, createdAt: now(), lastSeenAt: null, info: null, chipId, mac, platform };
    const key = randomBytes(KEY_BYTES);
    const written = await store.boards.provisionBoard({ id: newBoardId(), teamId, name, ...facts }, ({ id }, known) => {
      if (known) return store.keys.replaceKeys(teamId, id, key);
      store.keys.insertFirstKey(teamId, id, { epoch: FIRST_EPOCH, key });
      return FIRST_EPOCH;
    });
    if (!written) return undefined;
    const { board, known, also: epoch } = written;
    if (known) hub.endSessions(board.id);
    hub.setBoard(board);
    const view = hub.findBoard(teamId, board.id);
    if (!view) throw new AppError('board_not_found');
    return { board: view, key: key.toString('hex'), epoch, known, hubUrls: [...boardUrls()] };
  }

  async function numbered<T>(
    teamId: AuthorizedTeamId,
    platform: string,
    attempt: (name: string) => Promise<T | undefined>,
  ): Promise<T> {
    for (let number = 1; ; number += 1) {
      const name = `${platform}-${number}`;
      const done = hub.findBoardByName(teamId, name) ? undefined : await attempt(name);
      if (done !== undefined) return done;
    }
  }

  return {
    async provision(teamId, input) {
      const { name } = input;
      if (name === undefined) return numbered(teamId, input.platform, (each) => insertOrRenew(teamId, each, input));
      const provisioned = await insertOrRenew(teamId, name, input);
      if (provisioned) return provisioned;
      throw new AppError('board_name_taken', {
        message: `A board of your team is already called "${name}".`,
        field: 'name',
      });
    },
    async bundle(teamId, count) {
      const createdAt = now();
      await store.boards.deleteReservationsUntil(createdAt);
      const reservedUntil = createdAt + BUNDLE_MS;
      const made = Array.from({ length: count }, () => ({ id: newBoardId(), key: randomBytes(KEY_BYTES) }));
      const rows = made.map(({ id }) => ({ id, createdAt, reservedUntil }));
      const reserved = await store.boards.reserveBoards(teamId, rows, MAX_RESERVED_BOARDS, () => {
        for (const { id, key } of made)
          store.keys.insertFirstKey(teamId, id, { epoch: FIRST_EPOCH, key }, reservedUntil);
      });
      if (!reserved) throw new AppError('too_many_reserved_boards');
      return {
        boards: made.map(({ id, key }) => ({ boardId: id, key: key.toString('hex'), epoch: FIRST_EPOCH })),
        expiresAt: new Date(reservedUntil).toISOString(),
        hubUrls: [...boardUrls()],
      };
    },
    async adopt(boardId, info) {
      const platform = /^[a-z][a-z0-9]{1,15}$/.test(info.plat) ? info.plat : ANY_PLATFORM;
      for (let number = 1; ; number += 1) {
        const facts = { name: `${platform}-${number}`, platform, createdAt: now() };
        const adopted = await store.boards.adoptBoard(boardId, facts);
        if (adopted !== 'taken') return adopted;
      }
    },
  };
}
