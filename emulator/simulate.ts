/**
 * Virtual boards in a process of their own, for `mbm board-simulate`: one JSON line on stdin says which, and they run until stdin
 * ends, so that they never outlive the one who wanted them. Each report is one JSON line on stdout. Read virtual-board.ts next.
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { boardIdSchema } from '#lib/api/schema.ts';
import { readBoardClient } from '#lib/node/board-client.ts';
import { boardFiles } from '#lib/provision/files.ts';
import { startVirtualBoard, type VirtualBoard } from './virtual-board.ts';

const orderSchema = z.object({
  hubUrl: z.string(),
  boards: z.array(
    z.object({ name: z.string(), id: boardIdSchema, key: z.string().regex(/^[0-9a-f]{64}$/), epoch: z.number().int() }),
  ),
});
type Order = z.infer<typeof orderSchema>;

const CLIENT_DIR = join(fileURLToPath(new URL('..', import.meta.url)), 'dist', 'device');

/** Told by mbm and by nobody else: a wrong line is a mistake of ours, and its error is printed as it is. */
async function startBoards({ hubUrl, boards }: Order): Promise<readonly VirtualBoard[]> {
  const client = readBoardClient(CLIENT_DIR).files;
  const running: VirtualBoard[] = [];
  // One after the other: each start keeps a core busy.
  for (const { name, id, key, epoch } of boards) {
    const provision = {
      boardId: Buffer.from(id, 'hex'),
      key: Buffer.from(key, 'hex'),
      epoch,
      hubUrls: [hubUrl],
      client,
    };
    const files = new Map(boardFiles(provision).map(({ path, content }) => [path, content]));
    running.push(await startVirtualBoard({ name, files, log: (message) => console.error(`${name}: ${message}`) }));
    console.log(JSON.stringify({ started: name }));
  }
  return running;
}

// Ctrl-C reaches every process of the terminal; mbm decides when the boards end.
process.on('SIGINT', () => undefined);
const input = createInterface({ input: process.stdin });
const ended = new Promise<void>((resolve) => input.once('close', resolve));
const order = await new Promise<string>((resolve) => {
  input.once('line', resolve);
  input.once('close', () => resolve(''));
});
const running = order === '' ? [] : await startBoards(orderSchema.parse(JSON.parse(order)));
await ended;
await Promise.all(running.map((board) => board.stop()));
process.exit(0);
