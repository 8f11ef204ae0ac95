/** Routes about the hub itself. */
import { healthSchema, hubInfoSchema } from '#lib/api/schema.ts';
import type { ApiDeps } from './deps.ts';
import { describeRoute, jsonAnswer, type Router } from './router.ts';

export function hubRoutes({ app }: Router, { teams, hub, version, startedAt, addresses }: ApiDeps): void {
  const healthz = describeRoute(teams.gate, 'public', {
    method: 'get',
    path: '/healthz',
    summary: 'Is the hub up?',
    responses: { 200: jsonAnswer(healthSchema, 'It is.') },
  });
  app.openapi(healthz, (c) => c.json({ status: 'ok' as const, version }, 200));

  const info = describeRoute(teams.gate, 'team.read', {
    method: 'get',
    path: '/hub',
    summary: 'The hub: version, addresses, how many boards',
    responses: { 200: jsonAnswer(hubInfoSchema, 'The hub.') },
  });
  app.openapi(info, (c) =>
    c.json(
      {
        version,
        startedAt: new Date(startedAt).toISOString(),
        addresses: [...addresses()],
        boards: hub.countBoards(c.get('principal').teamId),
      },
      200,
    ),
  );
}
