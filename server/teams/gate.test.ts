import { expect, it } from 'vitest';
import { SESSION_COOKIES } from '#lib/api/auth-door.ts';
import { teamIdSchema, userIdSchema } from '#lib/api/schema.ts';
import { roles } from '#server/store/schema.ts';
import { createGate, hashToken, isLoopback, MATRIX, type Principal, rights } from './gate.ts';

const team = { id: teamIdSchema.parse('team_0000000000000001'), name: 'Lab', createdAt: 1 };
const user = {
  id: userIdSchema.parse('user_0000000000000001'),
  email: 'a@b.c',
  name: 'Ada',
  passwordHash: '',
  createdAt: 1,
};
const gate = createGate({
  localToken: 'local',
  firstTeam: async () => team,
  findSession: async (hash) => (hash === hashToken('good') ? { user, team, role: 'viewer' } : undefined),
});
const identify = (given: { authorization?: string; cookie?: string; remoteAddress?: string }) =>
  gate.identify({ authorization: undefined, cookie: undefined, remoteAddress: '127.0.0.1', ...given });

it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])(
  'the local token acts as owner from %s',
  async (remoteAddress) => {
    expect(await identify({ authorization: 'Bearer local', remoteAddress })).toMatchObject({
      role: 'owner',
      user: null,
      teamId: team.id,
    });
  },
);

it.each(['192.168.1.7', '::ffff:10.0.0.1', 'fe80::1', '', '128.127.0.1'])(
  'the local token is nothing from %j',
  async (remoteAddress) => {
    await expect(identify({ authorization: 'Bearer local', remoteAddress })).rejects.toMatchObject({
      code: 'not_signed_in',
    });
    expect(isLoopback(remoteAddress)).toBe(false);
  },
);

it.each(SESSION_COOKIES)('a session comes in the cookie %s, among others', async (name) => {
  expect(await identify({ cookie: `x=1; ${name}=stale; ${name}=good; y=2` })).toMatchObject({
    role: 'viewer',
    user: { name: 'Ada' },
  });
  await expect(identify({ cookie: `x${name}=good` })).rejects.toMatchObject({ code: 'not_signed_in' });
});

it('a session comes as a token, too', async () => {
  expect(await identify({ authorization: 'bearer good' })).toMatchObject({ role: 'viewer' });
});

it('every role may do what the matrix says and nothing else', () => {
  for (const role of roles) {
    const principal: Principal = {
      teamId: team.id as Principal['teamId'],
      teamName: 'Lab',
      role,
      user: null,
      sessionHash: null,
    };
    for (const right of rights) {
      const demand = () => gate.demand(principal, right);
      if (MATRIX[role].includes(right)) expect(demand).not.toThrow();
      else
        expect(demand).toThrow(expect.objectContaining({ code: 'forbidden', message: expect.stringContaining(role) }));
    }
  }
  expect(MATRIX.viewer).not.toContain('job.run');
  expect(MATRIX.operator).not.toContain('board.manage');
  expect(MATRIX.operator).toEqual(expect.arrayContaining(['board.provision', 'firmware.manage', 'wifi.use']));
  expect(MATRIX.viewer).toContain('firmware.read');
  for (const right of ['board.provision', 'firmware.manage', 'wifi.use', 'wifi.manage'] as const)
    expect(MATRIX.viewer).not.toContain(right);
});
