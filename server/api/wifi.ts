/** Routes about the Wi-Fi profiles of a team. */
import { z } from 'zod';
import {
  wifiProfileCreateSchema,
  wifiProfileIdSchema,
  wifiProfileListSchema,
  wifiProfileSchema,
  wifiSecretSchema,
} from '#lib/api/provision-schema.ts';
import { type ApiDeps, authorOf } from './deps.ts';
import { describeRoute, jsonAnswer, jsonBody, type Router } from './router.ts';

const params = z.object({ profileId: wifiProfileIdSchema });

export function wifiRoutes(router: Router, deps: ApiDeps): void {
  provisionersRoutes(router, deps);
  manageRoutes(router, deps);
}

function provisionersRoutes({ app }: Router, { teams, wifi }: ApiDeps): void {
  const list = describeRoute(teams.gate, 'board.read', {
    method: 'get',
    path: '/wifi-profiles',
    summary: 'Networks of the team, without their passwords',
    responses: { 200: jsonAnswer(wifiProfileListSchema, 'By name.') },
  });
  app.openapi(list, async (c) => c.json({ profiles: await wifi.list(c.get('principal').teamId) }, 200));

  const secret = describeRoute(teams.gate, 'wifi.use', {
    method: 'get',
    path: '/wifi-profiles/{profileId}/secret',
    summary: 'A network with its password, to be written on a board',
    request: { params },
    responses: { 200: jsonAnswer(wifiSecretSchema, 'For the board on the cable; not to be shown or kept.') },
  });
  app.openapi(secret, async (c) =>
    c.json(await wifi.reveal(c.get('principal').teamId, c.req.valid('param').profileId), 200),
  );
}

function manageRoutes({ app }: Router, { teams, wifi }: ApiDeps): void {
  const add = describeRoute(teams.gate, 'wifi.use', {
    method: 'post',
    path: '/wifi-profiles',
    summary: 'Keep a network for the whole team',
    request: jsonBody(wifiProfileCreateSchema),
    responses: { 201: jsonAnswer(wifiProfileSchema, 'It is kept; its password is not shown again.') },
  });
  app.openapi(add, async (c) => {
    const principal = c.get('principal');
    return c.json(await wifi.add(principal.teamId, c.req.valid('json'), authorOf(principal)), 201);
  });

  const remove = describeRoute(teams.gate, 'wifi.manage', {
    method: 'delete',
    path: '/wifi-profiles/{profileId}',
    summary: 'Forget a network; boards that have it keep it',
    request: { params },
    responses: { 204: { description: 'It is gone.' } },
  });
  app.openapi(remove, async (c) => {
    await wifi.remove(c.get('principal').teamId, c.req.valid('param').profileId);
    return c.body(null, 204);
  });
}
