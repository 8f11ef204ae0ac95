/** Routes about the person: who am I, and the set-up of a new hub. */
import { z } from 'zod';
import { meSchema, setupSchema } from '#lib/api/schema.ts';
import type { ApiDeps } from './deps.ts';
import { describeRoute, jsonAnswer, jsonBody, type Router } from './router.ts';

const setupDoneSchema = z.object({ user: z.object({ email: z.string(), name: z.string() }) });
const tokenOnlySchema = z.object({ token: z.string() });

export function peopleRoutes({ app }: Router, { teams }: ApiDeps): void {
  const me = describeRoute(teams.gate, 'team.read', {
    method: 'get',
    path: '/me',
    summary: 'Who is signed in, in which team and role',
    responses: { 200: jsonAnswer(meSchema, 'You. `user` is null for `mbm` on the hub’s own machine.') },
  });
  app.openapi(me, (c) => {
    const { user, teamId, teamName, role } = c.get('principal');
    return c.json({ user, team: { id: teamId, name: teamName }, role }, 200);
  });

  const setup = describeRoute(teams.gate, 'public', {
    method: 'post',
    path: '/setup',
    summary: 'Make the first account, with the token of the link that the hub printed',
    request: jsonBody(setupSchema),
    responses: { 201: jsonAnswer(setupDoneSchema, 'The account; sign in with it.') },
  });
  // The token is the only proof there is: nobody without it learns anything about the other fields.
  app.use('/setup', async (c, next) => {
    if (c.req.method === 'POST') {
      const body = tokenOnlySchema.safeParse(await c.req.json());
      await teams.proveSetup(body.success ? body.data.token : '');
    }
    await next();
  });
  app.openapi(setup, async (c) => {
    const { email, name } = await teams.setUp(c.req.valid('json'));
    return c.json({ user: { email, name } }, 201);
  });
}
