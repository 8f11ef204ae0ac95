/**
 * The public contract, as zod schemas: server/api parses with them and makes the OpenAPI document from them;
 * the console, `mbm` and the Python library are built on the types inferred from them.
 * Read routes in server/api/<noun>.ts; live events in events.ts.
 */
import { z } from 'zod';

export const API_BASE = '/api/v1';
export const DEFAULT_PORT = 18266;
export const MAX_CODE_BYTES = 1024 * 1024;
export const MAX_SELECTION = 10_000;
/** Output kept for one board of a job; beyond it the middle is cut and the cut is marked. */
export const MAX_OUTPUT_BYTES = 1024 * 1024;
export const MAX_VIRTUAL_BOARDS = 32;

export const boardIdSchema = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'a board id is 32 hexadecimal digits')
  .brand('BoardId');
export type BoardId = z.infer<typeof boardIdSchema>;
export const jobIdSchema = z
  .string()
  .regex(/^job_[0-9a-z]{16,32}$/)
  .brand('JobId');
export type JobId = z.infer<typeof jobIdSchema>;
export const teamIdSchema = z
  .string()
  .regex(/^team_[0-9a-z]{16,32}$/)
  .brand('TeamId');
export type TeamId = z.infer<typeof teamIdSchema>;
export const userIdSchema = z
  .string()
  .regex(/^user_[0-9a-z]{16,32}$/)
  .brand('UserId');
export type UserId = z.infer<typeof userIdSchema>;

/** Letters, digits, `-`, `_` and `.`; starts with a letter or digit, so that a name is never read as an option or range. */
export const boardNameSchema = z
  .string()
  .min(1)
  .max(64)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    'a board name has letters, digits, "-", "_" and ".", and starts with a letter or digit',
  )
  // A bare word of the selection language would shadow the board.
  .refine((name) => name !== 'all', 'a board cannot be called "all"');

export const boardStates = ['online', 'busy', 'offline'] as const;
export const boardStateSchema = z.enum(boardStates);
export type BoardState = z.infer<typeof boardStateSchema>;

const instant = z.iso.datetime();

export const boardSchema = z.object({
  id: boardIdSchema,
  name: z.string(),
  /** sys.platform of the board, e.g. `esp8266`; null until it was first on line. */
  platform: z.string().nullable(),
  /** `release` of os.uname, e.g. `1.27.0`. */
  firmware: z.string().nullable(),
  machine: z.string().nullable(),
  state: boardStateSchema,
  /** Since when it is in `state`. */
  stateSince: instant,
  /** Last record heard from it; null when never. */
  lastSeenAt: instant.nullable(),
  memFreeBytes: z.number().int().nullable(),
  fsFreeBytes: z.number().int().nullable(),
  fsTotalBytes: z.number().int().nullable(),
  rssiDbm: z.number().int().nullable(),
  uptimeS: z.number().int().nullable(),
  chipId: z.string().nullable(),
  clientVersion: z.string().nullable(),
  resetCause: z.number().int().nullable(),
  boots: z.number().int().nullable(),
  /** True when the user's program was skipped after three failed starts; `safeModeReason` has its traceback. */
  safeMode: z.boolean(),
  safeModeReason: z.string().nullable(),
  /** True for a board that runs in the hub's own process. */
  virtual: z.boolean(),
  address: z.string().nullable(),
  createdAt: instant,
});
export type Board = z.infer<typeof boardSchema>;

export const boardListSchema = z.object({
  boards: z.array(boardSchema),
  /** Id of the newest event already contained in this answer; give it to the live socket. */
  eventId: z.string(),
});

export const boardCreateSchema = z.strictObject({ name: boardNameSchema });
/** What a board needs to find the hub and prove itself. The key is shown this once. */
export const provisionSchema = z.object({
  board: boardSchema,
  /** 64 hexadecimal digits; works for one first connection, then the hub rotates it. */
  key: z.string(),
  epoch: z.number().int(),
  /** ws:// addresses of the hub that other machines can reach. */
  hubUrls: z.array(z.string()),
});
export type Provision = z.infer<typeof provisionSchema>;

export const virtualFaults = ['drop-link', 'freeze', 'power-cut', 'bad-main'] as const;
export const virtualBoardCreateSchema = z.strictObject({ name: boardNameSchema.optional() });
export const virtualFaultSchema = z.strictObject({ fault: z.enum(virtualFaults) });

export const runStates = [
  'queued',
  'sent',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'expired',
  'interrupted',
] as const;
export const runStateSchema = z.enum(runStates);
export type RunState = z.infer<typeof runStateSchema>;
export const endedRunStates = [
  'succeeded',
  'failed',
  'cancelled',
  'expired',
  'interrupted',
] as const satisfies readonly RunState[];

/** One board's part of a job. */
export const runSchema = z.object({
  boardId: boardIdSchema,
  boardName: z.string(),
  state: runStateSchema,
  queuedAt: instant,
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  /** 0 good; 1 a traceback; otherwise what the program gave to sys.exit. Null until it ended. */
  exit: z.number().int().nullable(),
  traceback: z.string().nullable(),
  /** Why it ended, in words, where the state alone does not say. */
  reason: z.string().nullable(),
  outputBytes: z.number().int(),
});
export type Run = z.infer<typeof runSchema>;

export const jobSchema = z.object({
  id: jobIdSchema,
  kind: z.enum(['execute']),
  code: z.string(),
  createdAt: instant,
  createdBy: z.string(),
  runs: z.array(runSchema),
  /** Names of the selection that no board of the team has. */
  unknown: z.array(z.string()),
});
export type Job = z.infer<typeof jobSchema>;

export const jobCreateSchema = z.strictObject({
  /** Names and ranges, `esp8266-[1-3],wipy-1`. */
  boards: z.string().min(1).max(20_000),
  code: z.string().refine((code) => code.length <= MAX_CODE_BYTES, 'code may be at most 1 MB'),
  /** Interrupted after this many seconds of running; without it a program may run for ever. */
  timeoutS: z.number().positive().max(86_400).optional(),
  /** For boards that are off line: seconds to wait for them. 0: skip them. */
  waitS: z
    .number()
    .min(0)
    .max(7 * 86_400)
    .default(0),
});
export type JobCreate = z.input<typeof jobCreateSchema>;

export const jobListSchema = z.object({
  jobs: z.array(jobSchema.omit({ code: true }).extend({ codeHead: z.string() })),
});
export const jobListQuerySchema = z.object({
  board: boardIdSchema.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});
export const stdinSchema = z.strictObject({ data: z.string().min(1).max(4096) });
/** Output of one board's run, as text (UTF-8, broken sequences replaced), from a byte offset. */
export const outputQuerySchema = z.object({ from: z.coerce.number().int().min(0).default(0) });
export const outputSchema = z.object({
  text: z.string(),
  /** Byte offset after this text. */
  next: z.number().int(),
  /** Bytes left out of the middle. */
  cutBytes: z.number().int(),
  run: runSchema,
});

export const meSchema = z.object({
  user: z.object({ id: userIdSchema, email: z.string(), name: z.string() }).nullable(),
  team: z.object({ id: teamIdSchema, name: z.string() }),
  role: z.enum(['owner', 'admin', 'operator', 'viewer']),
});
export type Me = z.infer<typeof meSchema>;

export const setupSchema = z.strictObject({
  token: z.string().min(1).max(200),
  email: z.email().max(254),
  name: z.string().trim().min(1).max(80),
  /** ASVS 5.0 6.2.1: eight characters at least, fifteen advised; no rules of composition. */
  password: z.string().min(10, 'a password has at least 10 characters').max(128),
  team: z.string().trim().min(1).max(80),
});

export const healthSchema = z.object({ status: z.literal('ok'), version: z.string() });
export const hubInfoSchema = z.object({
  version: z.string(),
  startedAt: instant,
  addresses: z.array(z.string()),
  boards: z.object({ total: z.number(), online: z.number() }),
});

/** The one shape of every error. */
export const errorSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    hint: z.string(),
    /** Found again in the hub's log. */
    id: z.string(),
    field: z.string().optional(),
  }),
});
export type ApiErrorBody = z.infer<typeof errorSchema>;
