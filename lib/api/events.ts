/**
 * The one map of events: what the bus carries inside the hub is what a browser hears on `/api/v1/live`.
 * Every event has an id, `EPOCH-NUMBER`; the epoch changes when the hub restarts. A client that reconnects sends the last id
 * it has; it gets what it missed, or `resync` when the hub no longer has it: then fetch the snapshots again.
 */
import { z } from 'zod';
import { boardIdSchema, boardSchema, jobIdSchema, runSchema } from './schema.ts';

export const eventSchemas = {
  'board.changed': z.object({ board: boardSchema }),
  'board.removed': z.object({ boardId: boardIdSchema }),
  'job.created': z.object({ jobId: jobIdSchema, boardIds: z.array(boardIdSchema) }),
  'run.changed': z.object({ jobId: jobIdSchema, run: runSchema }),
  /** `from` is the byte offset of the first byte; text is whole UTF-8 sequences. */
  'run.output': z.object({
    jobId: jobIdSchema,
    boardId: boardIdSchema,
    from: z.number().int(),
    bytes: z.number().int(),
    text: z.string(),
  }),
} as const;

export type EventMap = { readonly [Name in keyof typeof eventSchemas]: z.infer<(typeof eventSchemas)[Name]> };
export type EventName = keyof EventMap;

/** Browser to hub. `jobs` limits run.output to the jobs it looks at: output of others is not sent. */
export const liveClientMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('subscribe'), after: z.string().max(64).optional() }),
  z.strictObject({ type: z.literal('watch'), jobId: jobIdSchema }),
  z.strictObject({ type: z.literal('unwatch'), jobId: jobIdSchema }),
  z.strictObject({
    type: z.literal('stdin'),
    jobId: jobIdSchema,
    boardId: boardIdSchema,
    data: z.string().min(1).max(4096),
  }),
  z.strictObject({ type: z.literal('interrupt'), jobId: jobIdSchema, boardId: boardIdSchema }),
]);
export type LiveClientMessage = z.infer<typeof liveClientMessageSchema>;

/** Hub to browser. */
export type LiveServerMessage =
  | { [Name in EventName]: { readonly type: Name; readonly id: string; readonly data: EventMap[Name] } }[EventName]
  | { readonly type: 'ready'; readonly id: string }
  | { readonly type: 'resync'; readonly id: string }
  | { readonly type: 'error'; readonly code: string; readonly message: string };

export const LIVE_PATH = '/api/v1/live';
export const DEVICE_PATH = '/device';
