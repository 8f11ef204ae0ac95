/** Routes about firmware: what there is, fetching it into the cache, the files, and files that people bring. */
import { z } from 'zod';
import {
  firmwareIdSchema,
  firmwareListSchema,
  firmwareSchema,
  firmwareUploadQuerySchema,
} from '#lib/api/firmware-schema.ts';
import { sha256Schema } from '#lib/api/provision-schema.ts';
import { type ApiDeps, authorOf } from './deps.ts';
import {
  binaryAnswer,
  binaryBody,
  describeRoute,
  immutableFile,
  jsonAnswer,
  type Router,
  readFileBody,
} from './router.ts';

const idParams = z.object({ firmwareId: firmwareIdSchema });
const fileParams = z.object({ sha256: sha256Schema });

export function firmwareRoutes(router: Router, deps: ApiDeps): void {
  readRoutes(router, deps);
  writeRoutes(router, deps);
}

function readRoutes({ app }: Router, { teams, firmware }: ApiDeps): void {
  const list = describeRoute(teams.gate, 'firmware.read', {
    method: 'get',
    path: '/firmware',
    summary: 'Firmware for the ESP8266: what MicroPython offers, what is in the cache, what your team has brought',
    responses: { 200: jsonAnswer(firmwareListSchema, 'The newest first, and how old the list is.') },
  });
  app.openapi(list, async (c) => c.json(await firmware.list(c.get('principal').teamId), 200));

  const file = describeRoute(teams.gate, 'firmware.read', {
    method: 'get',
    path: '/firmware/files/{sha256}',
    summary: 'A firmware file in the cache, by its content',
    request: { params: fileParams },
    responses: { 200: binaryAnswer('The file. It never changes.') },
  });
  app.openapi(file, async (c) => {
    const { sha256 } = c.req.valid('param');
    return immutableFile(c, await firmware.file(c.get('principal').teamId, sha256), sha256);
  });
}

function writeRoutes({ app }: Router, { teams, firmware }: ApiDeps): void {
  const fetch = describeRoute(teams.gate, 'firmware.manage', {
    method: 'post',
    path: '/firmware/{firmwareId}/fetch',
    summary: 'Download firmware into the hub’s cache; asked twice, it is downloaded once',
    request: { params: idParams },
    responses: { 200: jsonAnswer(firmwareSchema, 'It is in the cache. The list shows how far a download is.') },
  });
  app.openapi(fetch, async (c) => c.json(await firmware.fetch(c.req.valid('param').firmwareId), 200));

  const upload = describeRoute(teams.gate, 'firmware.manage', {
    method: 'post',
    path: '/firmware',
    summary: 'Bring a file of your own: MicroPython for the ESP8266, at most 4 MB',
    request: { query: firmwareUploadQuerySchema, ...binaryBody() },
    responses: { 201: jsonAnswer(firmwareSchema, 'It was checked, and can be flashed.') },
  });
  app.openapi(upload, async (c) => {
    const principal = c.get('principal');
    const bytes = await readFileBody(c);
    return c.json(await firmware.upload(principal.teamId, c.req.valid('query').name, bytes, authorOf(principal)), 201);
  });

  const remove = describeRoute(teams.gate, 'firmware.manage', {
    method: 'delete',
    path: '/firmware/{firmwareId}',
    summary: 'Forget a file that your team has brought, or a download',
    request: { params: idParams },
    responses: { 204: { description: 'It is gone.' } },
  });
  app.openapi(remove, async (c) => {
    await firmware.remove(c.get('principal').teamId, c.req.valid('param').firmwareId);
    return c.body(null, 204);
  });
}
