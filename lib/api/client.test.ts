import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { ApiClient, type ApiError } from './client.ts';
import { boardIdSchema, jobIdSchema } from './schema.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

async function answering(status: number, body: string): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const url = await listen(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    seen.push({ method: request.method, url: request.url, authorization: request.headers.authorization, body: text });
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  return { url, seen };
}

function failureOf(call: Promise<unknown>): Promise<ApiError> {
  return call.then(
    () => Promise.reject(new Error('the call succeeded')),
    (error: ApiError) => error,
  );
}

const boardId = boardIdSchema.parse('0123456789abcdef0123456789abcdef');
const jobId = jobIdSchema.parse('job_0123456789abcdef');

test('a call carries the token and the body, and its answer is checked', async () => {
  const { url, seen } = await answering(200, '{"status":"ok","version":"0.1.0"}');
  const client = new ApiClient({ baseUrl: `${url}/`, token: 'secret' });
  await expect(client.health()).resolves.toEqual({ status: 'ok', version: '0.1.0' });
  expect(seen).toEqual([{ method: 'GET', url: '/api/v1/healthz', authorization: 'Bearer secret', body: '' }]);
});

test('queries and ids stand in the address', async () => {
  const { url, seen } = await answering(200, '{"jobs":[]}');
  const client = new ApiClient({ baseUrl: url });
  await client.jobs({ board: boardId, limit: 5 });
  await client.cancelJob(jobId, boardId);
  await client.cancelJob(jobId);
  expect(seen.map((call) => `${call.method} ${call.url} ${call.body}`)).toEqual([
    `GET /api/v1/jobs?board=${boardId}&limit=5 `,
    `POST /api/v1/jobs/${jobId}/cancel {"boardId":"${boardId}"}`,
    `POST /api/v1/jobs/${jobId}/cancel {}`,
  ]);
});

test('an empty answer is enough where nothing is asked for', async () => {
  const { url } = await answering(204, '');
  await expect(new ApiClient({ baseUrl: url }).removeBoard(boardId)).resolves.toBeUndefined();
});

test('a refusal becomes an ApiError with everything the hub said', async () => {
  const error = {
    code: 'board_name_taken',
    message: 'Another board is called a.',
    hint: 'Choose.',
    id: 'e1',
    field: 'name',
  };
  const { url } = await answering(409, JSON.stringify({ error }));
  const failure = await failureOf(new ApiClient({ baseUrl: url }).createBoard('a'));
  expect(failure).toMatchObject({ ...error, status: 409, name: 'ApiError' });
});

test('a page of a proxy is not taken for an answer of the hub', async () => {
  for (const [status, body] of [
    [502, '<html>Bad gateway</html>'],
    [200, '<html>Welcome</html>'],
  ] as const) {
    const { url } = await answering(status, body);
    expect(await failureOf(new ApiClient({ baseUrl: url }).boards())).toMatchObject({
      code: 'hub_answer_invalid',
      status,
    });
  }
});

test('an answer that lacks a field names it', async () => {
  const { url } = await answering(200, '{"status":"ok"}');
  const failure = await failureOf(new ApiClient({ baseUrl: url }).health());
  expect(failure.code).toBe('hub_answer_invalid');
  expect(failure.message).toContain('version');
});

test('nobody listening, silence and a broken link are all "hub_unreachable"', async () => {
  const gone = await listen(() => undefined);
  const server = servers.pop();
  await new Promise((done) => server?.close(done));
  expect(await failureOf(new ApiClient({ baseUrl: gone }).hub())).toMatchObject({ code: 'hub_unreachable', status: 0 });

  const silent = await listen(() => undefined);
  const failure = await failureOf(new ApiClient({ baseUrl: silent, timeoutMs: 50 }).hub());
  expect(failure).toMatchObject({
    code: 'hub_unreachable',
    message: `The hub at ${silent} did not answer within 0.05 s.`,
  });

  const broken = await listen((_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{', () => response.destroy());
  });
  expect(await failureOf(new ApiClient({ baseUrl: broken }).hub())).toMatchObject({ code: 'hub_unreachable' });
});
