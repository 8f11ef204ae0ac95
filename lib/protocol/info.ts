/** What a board says of itself in its first record: one JSON object of short keys, at most one record. */
import { z } from 'zod';

/** State of the last journalled job on the board. */
export const journalStates = ['none', 'started', 'succeeded', 'failed', 'cancelled', 'interrupted'] as const;

/**
 * `v` client version, `u` the five fields of os.uname() (sysname, nodename, release, version, machine),
 * `plat` sys.platform, `mpy` sys.implementation._mpy, `chip` hex chip id, `mem` free heap bytes,
 * `fs` [free, total] bytes, `rssi` dBm (0 unknown), `rst` reset cause, `boots` boot counter,
 * `job` [seq, state, status], `safe` true in safe mode, `why` the traceback that led there,
 * `rec` largest plaintext it accepts, `slot` active client slot, `run` job running now (absent: none).
 */
export const boardInfoSchema = z.object({
  v: z.string().max(32),
  u: z.array(z.string().max(96)).length(5),
  plat: z.string().max(24),
  mpy: z.number().int().nonnegative(),
  chip: z.string().max(32),
  mem: z.number().int().nonnegative(),
  fs: z.tuple([z.number().nonnegative(), z.number().nonnegative()]),
  rssi: z.number().int(),
  rst: z.number().int(),
  boots: z.number().int().nonnegative(),
  job: z.tuple([z.number().int().nonnegative(), z.enum(journalStates), z.number().int()]),
  safe: z.boolean().optional(),
  why: z.string().max(512).optional(),
  rec: z.number().int().min(64).max(1024),
  slot: z.string().max(4),
  run: z.number().int().nonnegative().optional(),
});

export type BoardInfo = z.infer<typeof boardInfoSchema>;
