/** Routes about boards. */
import { z } from 'zod';
import {
  boardCreateSchema,
  boardIdSchema,
  boardListSchema,
  boardSchema,
  provisionSchema,
  virtualBoardCreateSchema,
  virtualFaultSchema,
} from '#lib/api/schema.ts';
import type { ApiDeps } from './deps.ts';
import { describeRoute, jsonAnswer, jsonBody, type Router } from './router.ts';

const params = z.object({ boardId: boardIdSchema });

export function boardRoutes(router: Router, deps: ApiDeps): void {
  const { app } = router;
  const { teams, boards, lastEventId } = deps;

  const list = describeRoute(teams.gate, 'board.read', {
    method: 'get',
    path: '/boards',
    summary: 'Every board of the team, with its state',
    responses: { 200: jsonAnswer(boardListSchema, 'The boards, and the id of the newest event that they contain.') },
  });
  app.openapi(list, (c) =>
    c.json({ boards: [...boards.list(c.get('principal').teamId)], eventId: lastEventId() }, 200),
  );

  const get = describeRoute(teams.gate, 'board.read', {
    method: 'get',
    path: '/boards/{boardId}',
    summary: 'One board',
    request: { params },
    responses: { 200: jsonAnswer(boardSchema, 'The board.') },
  });
  app.openapi(get, (c) => c.json(boards.get(c.get('principal').teamId, c.req.valid('param').boardId), 200));

  const add = describeRoute(teams.gate, 'board.manage', {
    method: 'post',
    path: '/boards',
    summary: 'Add a board that you provision by hand',
    request: jsonBody(boardCreateSchema),
    responses: { 201: jsonAnswer(provisionSchema, 'What the board needs. The key is shown this once.') },
  });
  app.openapi(add, async (c) => c.json(await boards.add(c.get('principal').teamId, c.req.valid('json').name), 201));

  const remove = describeRoute(teams.gate, 'board.manage', {
    method: 'delete',
    path: '/boards/{boardId}',
    summary: 'Remove a board: its key is deleted and its jobs end',
    request: { params },
    responses: { 204: { description: 'It is gone.' } },
  });
  app.openapi(remove, async (c) => {
    await boards.remove(c.get('principal').teamId, c.req.valid('param').boardId);
    return c.body(null, 204);
  });

  virtualBoardRoutes(router, deps);
}

function virtualBoardRoutes({ app }: Router, { teams, boards }: ApiDeps): void {
  const addVirtual = describeRoute(teams.gate, 'board.manage', {
    method: 'post',
    path: '/virtual-boards',
    summary: 'Start a virtual board in the hub’s process',
    request: jsonBody(virtualBoardCreateSchema),
    responses: { 201: jsonAnswer(boardSchema, 'The board; it is on line.') },
  });
  app.openapi(addVirtual, async (c) =>
    c.json(await boards.addVirtual(c.get('principal').teamId, c.req.valid('json').name), 201),
  );

  const fault = describeRoute(teams.gate, 'board.manage', {
    method: 'post',
    path: '/virtual-boards/{boardId}/fault',
    summary: 'Let something go wrong on a virtual board',
    request: { params, ...jsonBody(virtualFaultSchema) },
    responses: { 202: { description: 'It goes wrong now.' } },
  });
  app.openapi(fault, async (c) => {
    await boards.fault(c.get('principal').teamId, c.req.valid('param').boardId, c.req.valid('json').fault);
    return c.body(null, 202);
  });
}
