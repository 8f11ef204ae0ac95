import type { BoardId } from '#lib/api/schema.ts';
import type { HubConnection } from './hub-connection.ts';

/** Resolves with the boards that are still off line: none as soon as all have come, some when the signal ends the wait. */
export async function waitOnline(
  hub: HubConnection,
  boardIds: readonly BoardId[],
  until: AbortSignal,
): Promise<ReadonlySet<BoardId>> {
  const missing = new Set(boardIds);
  const over = Promise.withResolvers<void>();
  until.addEventListener('abort', () => over.resolve());
  const see = (board: { readonly id: BoardId; readonly state: string }) => {
    if (board.state !== 'offline') missing.delete(board.id);
    if (missing.size === 0) over.resolve();
  };
  const live = hub.connectLive({
    onStatus: () => undefined,
    onMessage: (message) => {
      if (message.type === 'board.changed') see(message.data.board);
      // Whoever came before the socket was open is in the snapshot; an error here would be met again by the caller's next call.
      if (message.type === 'ready' || message.type === 'resync') {
        hub.client.boards().then(
          ({ boards }) => boards.forEach(see),
          () => undefined,
        );
      }
    },
  });
  await over.promise;
  live.close();
  return missing;
}
