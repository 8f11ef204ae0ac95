/**
 * Every table of the hub. Each row belongs to a team through `team_id`, except `teams` itself and `users`: a person may be in
 * several teams, so `members` says in which. Ids are texts made by us and times are Unix milliseconds, so that PostgreSQL can follow.
 * After a change: `npx drizzle-kit generate`, and commit the migration with it.
 */
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { WifiProfileId } from '#lib/api/provision-schema.ts';
import type { BoardId, JobId, RunState, TeamId, UserId } from '#lib/api/schema.ts';
import type { BoardInfo } from '#lib/protocol/info.ts';

export const roles = ['owner', 'admin', 'operator', 'viewer'] as const;
export type Role = (typeof roles)[number];

const teamId = () =>
  text('team_id')
    .$type<TeamId>()
    .notNull()
    .references(() => teams.id, { onDelete: 'cascade' });

export const teams = sqliteTable('teams', {
  id: text('id').$type<TeamId>().primaryKey(),
  name: text('name').notNull(),
  createdAt: integer('created_at').notNull(),
});

export const users = sqliteTable('users', {
  id: text('id').$type<UserId>().primaryKey(),
  /** In lower case: addresses that differ in case only are one account. */
  email: text('email').notNull().unique(),
  name: text('name').notNull(),
  passwordHash: text('password_hash').notNull(),
  createdAt: integer('created_at').notNull(),
});

export const members = sqliteTable(
  'members',
  {
    teamId: teamId(),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role', { enum: roles }).notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.userId] }), index('members_user').on(table.userId)],
);

export const sessions = sqliteTable(
  'sessions',
  {
    /** SHA-256 of the token: who reads the database cannot sign in with it. */
    tokenHash: text('token_hash').primaryKey(),
    teamId: teamId(),
    userId: text('user_id')
      .$type<UserId>()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: integer('created_at').notNull(),
    lastUsedAt: integer('last_used_at').notNull(),
    address: text('address').notNull(),
    userAgent: text('user_agent').notNull(),
  },
  (table) => [index('sessions_user').on(table.userId)],
);

export const boards = sqliteTable(
  'boards',
  {
    id: text('id').$type<BoardId>().primaryKey(),
    teamId: teamId(),
    name: text('name').notNull(),
    virtual: integer('virtual', { mode: 'boolean' }).notNull(),
    createdAt: integer('created_at').notNull(),
    lastSeenAt: integer('last_seen_at'),
    info: text('info', { mode: 'json' }).$type<BoardInfo>(),
    /** Journal number of the newest run given to this board; never goes back. */
    lastSeq: integer('last_seq').notNull().default(0),
    /** What provisioning found at the other end of the cable; null for a board that was provisioned in another way. */
    chipId: text('chip_id'),
    mac: text('mac'),
    platform: text('platform'),
    /** Not a board yet, only an id and a key of a bundle, until it connects; gone after this time. */
    reservedUntil: integer('reserved_until'),
  },
  (table) => [
    uniqueIndex('boards_team_name').on(table.teamId, table.name),
    // The same chip is the same board; rows without a chip do not meet here.
    uniqueIndex('boards_team_chip').on(table.teamId, table.chipId),
  ],
);

export const boardKeys = sqliteTable(
  'board_keys',
  {
    boardId: text('board_id')
      .$type<BoardId>()
      .notNull()
      .references(() => boards.id, { onDelete: 'cascade' }),
    epoch: integer('epoch').notNull(),
    teamId: teamId(),
    /** AES-256-GCM: nonce, ciphertext, tag. */
    wrapped: blob('wrapped', { mode: 'buffer' }).notNull(),
    place: text('place', { enum: ['current', 'next'] }).notNull(),
    singleUse: integer('single_use', { mode: 'boolean' }).notNull(),
    createdAt: integer('created_at').notNull(),
    /** After this time a key that was never used opens nothing; null: no such time. */
    expiresAt: integer('expires_at'),
  },
  (table) => [primaryKey({ columns: [table.boardId, table.epoch] })],
);

export const jobs = sqliteTable(
  'jobs',
  {
    id: text('id').$type<JobId>().primaryKey(),
    teamId: teamId(),
    kind: text('kind', { enum: ['execute'] }).notNull(),
    code: text('code').notNull(),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by').notNull(),
    timeoutMs: integer('timeout_ms'),
    waitMs: integer('wait_ms').notNull(),
    unknown: text('unknown', { mode: 'json' }).$type<readonly string[]>().notNull(),
  },
  (table) => [index('jobs_team').on(table.teamId, table.id)],
);

/** One board's part of a job. It keeps the board's name: the record outlives the board. */
export const runs = sqliteTable(
  'runs',
  {
    jobId: text('job_id')
      .$type<JobId>()
      .notNull()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    boardId: text('board_id').$type<BoardId>().notNull(),
    teamId: teamId(),
    boardName: text('board_name').notNull(),
    seq: integer('seq').notNull(),
    state: text('state').$type<RunState>().notNull(),
    /** Somebody or the time limit wants it to end; kept so that a restart of the hub does not forget it. */
    stopping: text('stopping', { enum: ['cancel', 'timeout'] }),
    queuedAt: integer('queued_at').notNull(),
    startedAt: integer('started_at'),
    endedAt: integer('ended_at'),
    exit: integer('exit'),
    traceback: text('traceback'),
    reason: text('reason'),
    outputBytes: integer('output_bytes').notNull().default(0),
    /** Offset of the first kept byte after the cut; 0 while nothing was cut. */
    tailFrom: integer('tail_from').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.jobId, table.boardId] }),
    index('runs_board').on(table.teamId, table.boardId, table.jobId),
    index('runs_state').on(table.state),
  ],
);

/** Output as it came, in pieces, by byte offset. */
export const outputs = sqliteTable(
  'outputs',
  {
    jobId: text('job_id').$type<JobId>().notNull(),
    boardId: text('board_id').$type<BoardId>().notNull(),
    from: integer('from_byte').notNull(),
    teamId: teamId(),
    bytes: blob('bytes', { mode: 'buffer' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.boardId, table.from] })],
);

/** Networks of a team, to be written on boards. */
export const wifiProfiles = sqliteTable(
  'wifi_profiles',
  {
    id: text('id').$type<WifiProfileId>().primaryKey(),
    teamId: teamId(),
    ssid: text('ssid').notNull(),
    /** The password. AES-256-GCM: nonce, ciphertext, tag. */
    wrapped: blob('wrapped', { mode: 'buffer' }).notNull(),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (table) => [uniqueIndex('wifi_profiles_team_ssid').on(table.teamId, table.ssid)],
);

/** Firmware that people brought; the files are in the data folder, one for each content. */
export const firmwareUploads = sqliteTable(
  'firmware_uploads',
  {
    teamId: teamId(),
    sha256: text('sha256').notNull(),
    name: text('name').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by').notNull(),
  },
  (table) => [primaryKey({ columns: [table.teamId, table.sha256] })],
);
