/** Routes for whoever has a board on a cable: an id and a key for it, and the client's files. */
import { z } from 'zod';
import {
  boardProvisionedSchema,
  boardProvisionSchema,
  bundleCreateSchema,
  bundleSchema,
  clientManifestSchema,
  sha256Schema,
} from '#lib/api/provision-schema.ts';
import type { ApiDeps } from './deps.ts';
import { binaryAnswer, describeRoute, immutableFile, jsonAnswer, jsonBody, type Router } from './router.ts';

const fileParams = z.object({ sha256: sha256Schema });

export function provisionRoutes(router: Router, deps: ApiDeps): void {
  keyRoutes(router, deps);
  clientRoutes(router, deps);
}

function keyRoutes({ app }: Router, { teams, boards }: ApiDeps): void {
  const provision = describeRoute(teams.gate, 'board.provision', {
    method: 'post',
    path: '/boards/provision',
    summary: 'A key for the board on the cable: a new board, or the one that this chip was before',
    request: jsonBody(boardProvisionSchema),
    responses: {
      201: jsonAnswer(boardProvisionedSchema, 'The key is shown this once; the key of a known board is replaced.'),
    },
  });
  app.openapi(provision, async (c) =>
    c.json(await boards.provision(c.get('principal').teamId, c.req.valid('json')), 201),
  );

  const bundle = describeRoute(teams.gate, 'board.provision', {
    method: 'post',
    path: '/boards/provision-bundle',
    summary: 'Keys in advance, for boards that are flashed while the hub is out of reach',
    request: jsonBody(bundleCreateSchema),
    responses: {
      201: jsonAnswer(bundleSchema, 'The keys are shown this once. Each becomes a board when it connects.'),
    },
  });
  app.openapi(bundle, async (c) =>
    c.json(await boards.bundle(c.get('principal').teamId, c.req.valid('json').count), 201),
  );
}

function clientRoutes({ app }: Router, { teams, client, boardUrls }: ApiDeps): void {
  const manifest = describeRoute(teams.gate, 'board.read', {
    method: 'get',
    path: '/client',
    summary: 'The client for boards: its version and files, and the hub’s addresses for boards',
    responses: { 200: jsonAnswer(clientManifestSchema, 'What provisioning writes on a board.') },
  });
  app.openapi(manifest, (c) => c.json({ ...client.manifest(), hubUrls: [...boardUrls()] }, 200));

  const file = describeRoute(teams.gate, 'board.read', {
    method: 'get',
    path: '/client/files/{sha256}',
    summary: 'A file of the client for boards, by its content',
    request: { params: fileParams },
    responses: { 200: binaryAnswer('The file. It never changes.') },
  });
  app.openapi(file, (c) => {
    const { sha256 } = c.req.valid('param');
    return immutableFile(c, client.read(sha256), sha256);
  });
}
