/** Routes about jobs. */
import { z } from 'zod';
import {
  boardIdSchema,
  jobCreateSchema,
  jobIdSchema,
  jobListQuerySchema,
  jobListSchema,
  jobSchema,
  outputQuerySchema,
  outputSchema,
  stdinSchema,
} from '#lib/api/schema.ts';
import { type ApiDeps, authorOf } from './deps.ts';
import { describeRoute, jsonAnswer, jsonBody, type Router } from './router.ts';

const jobParams = z.object({ jobId: jobIdSchema });
const runParams = z.object({ jobId: jobIdSchema, boardId: boardIdSchema });
const cancelSchema = z.strictObject({ boardId: boardIdSchema.optional() });

export function jobRoutes(router: Router, deps: ApiDeps): void {
  readRoutes(router, deps);
  writeRoutes(router, deps);
}

function readRoutes({ app }: Router, { teams, jobs }: ApiDeps): void {
  const list = describeRoute(teams.gate, 'job.read', {
    method: 'get',
    path: '/jobs',
    summary: 'The newest jobs; with `board`, those of one board and only its part of them',
    request: { query: jobListQuerySchema },
    responses: {
      200: jsonAnswer(jobListSchema, 'Newest first; fewer than `limit` when they have more than 10,000 runs.'),
    },
  });
  app.openapi(list, async (c) =>
    c.json({ jobs: await jobs.list(c.get('principal').teamId, c.req.valid('query')) }, 200),
  );

  const get = describeRoute(teams.gate, 'job.read', {
    method: 'get',
    path: '/jobs/{jobId}',
    summary: 'One job with its run on each board',
    request: { params: jobParams },
    responses: { 200: jsonAnswer(jobSchema, 'The job.') },
  });
  app.openapi(get, async (c) => c.json(await jobs.get(c.get('principal').teamId, c.req.valid('param').jobId), 200));

  const output = describeRoute(teams.gate, 'job.read', {
    method: 'get',
    path: '/jobs/{jobId}/boards/{boardId}/output',
    summary: 'What the program wrote on one board, from a byte offset',
    request: { params: runParams, query: outputQuerySchema },
    responses: {
      200: jsonAnswer(
        outputSchema,
        'The text from there to what is known now. Where the middle was left out, the text says so.',
      ),
    },
  });
  app.openapi(output, async (c) => {
    const { jobId, boardId } = c.req.valid('param');
    return c.json(await jobs.output(c.get('principal').teamId, jobId, boardId, c.req.valid('query').from), 200);
  });
}

function writeRoutes({ app }: Router, { teams, jobs }: ApiDeps): void {
  const create = describeRoute(teams.gate, 'job.run', {
    method: 'post',
    path: '/jobs',
    summary: 'Run code on the selected boards',
    request: jsonBody(jobCreateSchema),
    responses: { 202: jsonAnswer(jobSchema, 'The job is on disk and will reach an end on each board.') },
  });
  app.openapi(create, async (c) => {
    const principal = c.get('principal');
    return c.json(await jobs.create(principal.teamId, c.req.valid('json'), authorOf(principal)), 202);
  });

  const cancel = describeRoute(teams.gate, 'job.run', {
    method: 'post',
    path: '/jobs/{jobId}/cancel',
    summary: 'End a job everywhere, or on one board',
    // A body is optional here: `mbm` and a plain curl may leave it out.
    request: {
      params: jobParams,
      body: { required: false, content: { 'application/json': { schema: cancelSchema } } },
    },
    responses: { 202: jsonAnswer(jobSchema, 'What waits has ended; programs that run are interrupted.') },
  });
  app.openapi(cancel, async (c) => {
    const boardId = c.req.valid('json')?.boardId;
    return c.json(await jobs.cancel(c.get('principal').teamId, c.req.valid('param').jobId, boardId), 202);
  });

  const stdin = describeRoute(teams.gate, 'job.run', {
    method: 'post',
    path: '/jobs/{jobId}/boards/{boardId}/stdin',
    summary: 'Type into the running program',
    request: { params: runParams, ...jsonBody(stdinSchema) },
    responses: { 202: { description: 'It is on its way.' } },
  });
  app.openapi(stdin, async (c) => {
    const { jobId, boardId } = c.req.valid('param');
    await jobs.stdin(c.get('principal').teamId, jobId, boardId, c.req.valid('json').data);
    return c.body(null, 202);
  });
}
