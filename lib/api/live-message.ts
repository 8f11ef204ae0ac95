import { z } from 'zod';
import { eventSchemas, type LiveServerMessage } from './events.ts';

const id = z.string();
const schema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('board.changed'), id, data: eventSchemas['board.changed'] }),
  z.object({ type: z.literal('board.removed'), id, data: eventSchemas['board.removed'] }),
  z.object({ type: z.literal('job.created'), id, data: eventSchemas['job.created'] }),
  z.object({ type: z.literal('run.changed'), id, data: eventSchemas['run.changed'] }),
  z.object({ type: z.literal('run.output'), id, data: eventSchemas['run.output'] }),
  z.object({ type: z.literal('ready'), id }),
  z.object({ type: z.literal('resync'), id }),
  z.object({ type: z.literal('error'), code: z.string(), message: z.string() }),
]);

/** Undefined for what this version does not know: a newer hub may have more events. */
export function parseLiveMessage(text: unknown): LiveServerMessage | undefined {
  if (typeof text !== 'string') return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  return schema.safeParse(json).data;
}
