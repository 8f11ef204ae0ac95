/** Queries about people and teams: accounts, memberships, the first team. */
import { and, asc, eq } from 'drizzle-orm';
import type { TeamId, UserId } from '#lib/api/schema.ts';
import type { Commits } from './commits.ts';
import type { Db } from './database.ts';
import { newTeamId, newUserId } from './ids.ts';
import { members, type Role, teams, users } from './schema.ts';

export type UserRow = typeof users.$inferSelect;
export type TeamRow = typeof teams.$inferSelect;

export interface FirstOwner {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly teamName: string;
}

export interface UserQueries {
  hasUsers(): Promise<boolean>;
  findUserByEmail(email: string): Promise<UserRow | undefined>;
  getUser(userId: UserId): Promise<UserRow | undefined>;
  /** The team a person signs in to: the oldest membership. */
  findHomeTeam(userId: UserId): Promise<TeamId | undefined>;
  findMembership(
    teamId: TeamId,
    userId: UserId,
  ): Promise<{ readonly role: Role; readonly team: TeamRow; readonly user: UserRow } | undefined>;
  findTeam(teamId: TeamId): Promise<TeamRow | undefined>;
  /** The oldest team; made with this name when there is none. */
  ensureFirstTeam(name: string, now: number): Promise<TeamRow>;
  /** Names the first team and gives it its owner. Undefined when an account exists: the race of two set-ups has one winner. */
  insertFirstOwner(owner: FirstOwner, now: number): Promise<UserRow | undefined>;
}

export function createUserQueries(db: Db, commits: Commits): UserQueries {
  const firstTeam = () => db.select().from(teams).orderBy(asc(teams.createdAt), asc(teams.id)).limit(1).get();
  const anyUser = () => db.select({ id: users.id }).from(users).limit(1).get() !== undefined;

  return {
    hasUsers: async () => anyUser(),
    findUserByEmail: async (email) => db.select().from(users).where(eq(users.email, email)).get(),
    getUser: async (userId) => db.select().from(users).where(eq(users.id, userId)).get(),
    async findHomeTeam(userId) {
      return db.select().from(members).where(eq(members.userId, userId)).orderBy(asc(members.createdAt)).limit(1).get()
        ?.teamId;
    },
    async findMembership(teamId, userId) {
      const row = db
        .select()
        .from(members)
        .innerJoin(teams, eq(teams.id, members.teamId))
        .innerJoin(users, eq(users.id, members.userId))
        .where(and(eq(members.teamId, teamId), eq(members.userId, userId)))
        .get();
      return row && { role: row.members.role, team: row.teams, user: row.users };
    },
    findTeam: async (teamId) => db.select().from(teams).where(eq(teams.id, teamId)).get(),
    ensureFirstTeam: (name, now) =>
      commits.durable(
        () =>
          firstTeam() ??
          db
            .insert(teams)
            .values({ id: newTeamId(now), name, createdAt: now })
            .returning()
            .get(),
      ),
    insertFirstOwner: (owner, now) =>
      commits.durable(() => {
        const team = firstTeam();
        if (!team || anyUser()) return undefined;
        const { email, name, passwordHash, teamName } = owner;
        const user = db
          .insert(users)
          .values({ id: newUserId(now), email, name, passwordHash, createdAt: now })
          .returning()
          .get();
        db.update(teams).set({ name: teamName }).where(eq(teams.id, team.id)).run();
        db.insert(members).values({ teamId: team.id, userId: user.id, role: 'owner', createdAt: now }).run();
        return user;
      }),
  };
}
