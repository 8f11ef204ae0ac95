import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthDoor, getAuthDoor, SESSION_COOKIES } from '#lib/api/auth-door.ts';
import { errorSchema } from '#lib/api/schema.ts';
import { MAX_LIVE_SOCKETS } from './live/live.ts';
import { TestHub } from './start.fixture.ts';

let hub: TestHub;
let door: AuthDoor;
let cookie: string;

const OWNER = { email: 'Ada@Example.org', name: 'Ada', password: 'correct horse battery', team: 'Lab' };
const setupToken = () => new URL(hub.hub.setupUrl ?? '').searchParams.get('token');
const own = () => ({ origin: hub.hub.url });

beforeAll(async () => {
  hub = await TestHub.start();
  door = getAuthDoor();
});
afterAll(() => hub.end());

describe('before set-up', () => {
  it('mbm on this machine works already', async () => {
    expect((await hub.call('GET', '/me')).body).toMatchObject({
      user: null,
      team: { name: 'My boards' },
      role: 'owner',
    });
  });

  it.each([
    ['without a token', {}],
    ['with another token', { ...OWNER, token: 'x' }],
    ['with a token of the wrong type', { ...OWNER, token: 1 }],
    ['with another token and rubbish beside it', { token: 'x', rubbish: true }],
  ])('set-up %s is refused and says nothing else', async (_how, body) => {
    const { status, body: answer } = await hub.call('POST', '/setup', body, {});
    expect([status, answer.error.code]).toEqual([403, 'setup_link_invalid']);
  });

  it('set-up with a short password names the field', async () => {
    const { status, body } = await hub.call('POST', '/setup', { ...OWNER, password: 'short', token: setupToken() }, {});
    expect([status, body.error.code, body.error.field]).toEqual([422, 'invalid_input', 'password']);
  });

  it('set-up from another site is refused', async () => {
    const { body } = await hub.call(
      'POST',
      '/setup',
      { ...OWNER, token: setupToken() },
      { origin: 'http://evil.example' },
    );
    expect(body.error.code).toBe('foreign_origin');
  });

  it('set-up makes the account and names the team, once', async () => {
    const made = await Promise.all(
      [1, 2].map(() => hub.call('POST', '/setup', { ...OWNER, token: setupToken() }, own())),
    );
    expect(made.map((answer) => answer.status).sort()).toEqual([201, 409]);
    expect((await hub.call('GET', '/me')).body.team.name).toBe('Lab');
    expect((await hub.call('POST', '/setup', { ...OWNER, token: setupToken() }, own())).body.error.code).toBe(
      'setup_done',
    );
  });
});

describe('signing in', () => {
  it('with a wrong password or an unknown account gets the same answer', async () => {
    expect(await door.signIn(OWNER.email, 'wrong', '10.0.0.1')).toEqual({ ok: false, reason: 'wrong_credentials' });
    expect(await door.signIn('nobody@example.org', 'wrong', '10.0.0.1')).toEqual({
      ok: false,
      reason: 'wrong_credentials',
    });
  });

  it('makes a session that the API takes as a cookie', async () => {
    const result = await door.signIn(' ada@example.ORG ', OWNER.password, '10.0.0.1');
    if (!result.ok) throw new Error(result.reason);
    cookie = `${SESSION_COOKIES[0]}=${await door.createSession(result.user.id, '10.0.0.1', 'test')}`;
    expect((await hub.call('GET', '/me', undefined, { cookie })).body).toMatchObject({
      user: { email: 'ada@example.org', name: 'Ada' },
      team: { name: 'Lab' },
      role: 'owner',
    });
  });

  it('a change with a cookie needs our own origin', async () => {
    const add = (headers: Record<string, string>) =>
      hub.call('POST', '/boards', { name: 'by-cookie' }, { cookie, ...headers });
    expect((await add({})).body.error.code).toBe('foreign_origin');
    expect((await add({ origin: 'http://evil.example' })).body.error.code).toBe('foreign_origin');
    expect((await add({ origin: 'null' })).body.error.code).toBe('foreign_origin');
    expect((await add({ origin: hub.hub.url })).status).toBe(201);
  });

  it('a token that is not valid is not made good by a cookie', async () => {
    expect((await hub.call('GET', '/me', undefined, { cookie, authorization: 'Bearer nonsense' })).status).toBe(401);
  });

  it('after too many attempts has to wait', async () => {
    for (let attempt = 0; attempt < 10; attempt += 1) await door.signIn('eve@example.org', 'wrong', '10.0.0.2');
    const late = await door.signIn('eve@example.org', 'wrong', '10.0.0.3');
    expect(late).toMatchObject({ ok: false, reason: 'too_many_attempts', retryAfterS: expect.any(Number) });
  });

  it('out ends the session for every later request, and its live socket at once', async () => {
    const live = await hub.live({ cookie, origin: hub.hub.url });
    await live.next((message) => message.type === 'ready');
    await door.endSession(cookie.split('=')[1]!);
    expect(await live.closed).toBe(4401);
    expect((await hub.call('GET', '/me', undefined, { cookie })).body.error.code).toBe('not_signed_in');
  });
});

describe('without a session', () => {
  it('nothing answers but healthz', async () => {
    const routes = hub.hub.routes;
    expect(routes.length).toBeGreaterThanOrEqual(29);
    for (const { method, path } of routes) {
      const url = path
        .replace('/api/v1', '')
        .replaceAll(/:boardId|\{boardId\}/g, '0'.repeat(32))
        .replaceAll(/:jobId|\{jobId\}/g, `job_${'0'.repeat(16)}`)
        .replaceAll(/:profileId|\{profileId\}/g, `wifi_${'0'.repeat(16)}`)
        .replaceAll(/:sha256|\{sha256\}|:firmwareId|\{firmwareId\}/g, '0'.repeat(64));
      const body = method === 'GET' || method === 'DELETE' ? undefined : {};
      const { status, body: answer } = await hub.call(method, url, body, {});
      const expected = path.endsWith('/healthz') ? 200 : path.endsWith('/setup') ? 409 : 401;
      expect([method, path, status, answer?.error?.code === 'not_signed_in']).toEqual([
        method,
        path,
        expected,
        expected === 401,
      ]);
    }
  });

  it('what does not exist cannot be told from what does', async () => {
    expect((await hub.call('GET', '/nothing', undefined, {})).status).toBe(401);
  });

  it.each([
    ['no proof', {}, 403],
    ['a foreign page', { origin: 'http://evil.example' }, 403],
    ['our page, not signed in', { origin: 'OWN' }, 401],
    ['a wrong token', { authorization: 'Bearer x' }, 401],
  ])('a live socket is refused: %s', async (_who, headers, status) => {
    const given = 'origin' in headers && headers.origin === 'OWN' ? { origin: hub.hub.url } : headers;
    await expect(hub.live(given as Record<string, string>)).rejects.toThrow(`Unexpected server response: ${status}`);
  });

  it('the session token of somebody else’s making is refused', async () => {
    expect(
      (await hub.call('GET', '/me', undefined, { cookie: `${SESSION_COOKIES[0]}=${'A'.repeat(43)}` })).status,
    ).toBe(401);
    expect((await hub.call('GET', '/me', undefined, { authorization: 'Basic eDp5' })).status).toBe(401);
  });
});

describe('bad input', () => {
  const authorized = () => ({ authorization: `Bearer ${hub.hub.localToken}` });

  it.each([
    ['an unknown field', '/boards', { name: 'a', color: 'red' }, 'invalid_input', 'color'],
    ['a wrong type', '/boards', { name: 7 }, 'invalid_input', 'name'],
    ['a missing field', '/jobs', { boards: 'a' }, 'invalid_input', 'code'],
    ['a bad name', '/boards', { name: '-rm' }, 'invalid_input', 'name'],
    ['a reserved name', '/boards', { name: 'all' }, 'invalid_input', 'name'],
    ['an array', '/boards', [], 'invalid_input', 'body'],
    ['invalid JSON', '/boards', '{"name":', 'invalid_json', undefined],
    ['a bad range', '/jobs', { boards: 'a[3-1]', code: '' }, 'selection_invalid', 'boards'],
    ['a huge range', '/jobs', { boards: 'a[1-999999999]', code: '' }, 'selection_too_large', undefined],
    ['code over 1 MB', '/jobs', { boards: 'a', code: 'x'.repeat(1024 * 1024 + 1) }, 'code_too_large', 'code'],
    ['code over 1 MB in bytes', '/jobs', { boards: 'a', code: '€'.repeat(400 * 1024) }, 'code_too_large', 'code'],
    ['an unknown fault', `/virtual-boards/${'0'.repeat(32)}/fault`, { fault: 'explode' }, 'invalid_input', 'fault'],
  ])('%s: 422 with the field', async (_what, path, body, code, field) => {
    const { status, body: answer } = await hub.call('POST', path, body);
    expect([status, answer.error.code, answer.error.field]).toEqual([422, code, field]);
    expect(errorSchema.parse(answer).error.id).toMatch(/^err_[0-9a-f]{12}$/);
  });

  it('ids of the wrong shape: 422; of nothing: 404', async () => {
    expect((await hub.call('GET', '/boards/xyz')).body.error).toMatchObject({
      code: 'invalid_input',
      field: 'boardId',
    });
    expect((await hub.call('GET', `/boards/${'0'.repeat(32)}`)).body.error.code).toBe('board_not_found');
    expect((await hub.call('GET', `/jobs/job_${'0'.repeat(16)}`)).body.error.code).toBe('job_not_found');
    expect((await hub.call('GET', '/jobs?limit=1000')).body.error.field).toBe('limit');
  });

  it('a selection that matches no board names what it looked for', async () => {
    const { status, body } = await hub.call('POST', '/jobs', { boards: 'no-[1-7]', code: '' });
    expect([status, body.error.message]).toEqual([
      404,
      'Your team has no board called "no-1", "no-2", "no-3", "no-4", "no-5" and 2 more.',
    ]);
  });

  it('a body that is too large, declared or not: 413', async () => {
    const large = JSON.stringify({ boards: 'a', code: 'x'.repeat(5 * 1024 * 1024) });
    expect((await hub.call('POST', '/jobs', large)).status).toBe(413);
    const stream = new Blob([large]).stream();
    const init = {
      method: 'POST',
      body: stream,
      duplex: 'half' as const,
      headers: { ...authorized(), 'content-type': 'application/json' },
    };
    expect((await fetch(`${hub.hub.url}/api/v1/jobs`, init)).status).toBe(413);
  });

  it('a body that is not JSON by its type is refused, as a form of another site would send it', async () => {
    const init = {
      method: 'POST',
      body: '{"name":"form"}',
      headers: { ...authorized(), 'content-type': 'text/plain' },
    };
    expect((await fetch(`${hub.hub.url}/api/v1/boards`, init)).status).toBe(422);
  });

  it('another method: 405; another path: 404', async () => {
    expect((await hub.call('PUT', '/boards')).body.error.code).toBe('method_not_allowed');
    expect((await hub.call('GET', '/nothing')).body.error.code).toBe('not_found');
  });
});

describe('answers', () => {
  it('carry the security headers and are never cached', async () => {
    const { headers } = await hub.call('GET', '/healthz', undefined, {});
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
    });
  });

  it('OpenAPI 3.1 describes every route', async () => {
    const { body } = await hub.call('GET', '/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths).length).toBe(24);
    expect(body.paths['/api/v1/jobs'].post.requestBody.content['application/json'].schema.properties).toHaveProperty(
      'timeoutS',
    );
    expect(body.paths['/api/v1/healthz'].get.security).toEqual([]);
  });

  it('a provisioned board has a key of 64 digits and addresses to dial', async () => {
    const { body } = await hub.call('POST', '/boards', { name: 'by-hand' });
    expect(body).toMatchObject({
      key: expect.stringMatching(/^[0-9a-f]{64}$/),
      epoch: 1,
      hubUrls: [`ws://127.0.0.1:${hub.hub.port}/device`],
    });
    expect((await hub.call('POST', '/boards', { name: 'by-hand' })).body.error).toMatchObject({
      code: 'board_name_taken',
      field: 'name',
    });
    expect((await hub.call('GET', `/boards/${body.board.id}`)).body).toEqual(body.board);
  });
});

describe('limits', () => {
  it('a body for set-up, which anybody may send, is small', async () => {
    const body = JSON.stringify({ token: 'x'.repeat(17 * 1024) });
    expect((await hub.call('POST', '/setup', body, {})).status).toBe(413);
    const init = { method: 'POST', body: new Blob([body]).stream(), duplex: 'half' as const };
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${hub.hub.url}/api/v1/setup`, { ...init, headers })).status).toBe(413);
  });

  it('one live socket too many of a person is told why it is closed, and has a place when another goes', async () => {
    const sockets = await Promise.all(Array.from({ length: MAX_LIVE_SOCKETS }, () => hub.live()));
    await Promise.all(sockets.map((live) => live.next((message) => message.type === 'ready')));
    const oneMore = await hub.live();
    await oneMore.next((message) => message.type === 'error' && message.code === 'too_many_live_sockets');
    expect(await oneMore.closed).toBe(1013);
    sockets[0]!.socket.close();
    await sockets[0]!.closed;
    await (await hub.live()).next((message) => message.type === 'ready');
    for (const { socket } of sockets) socket.terminate();
  });
});

describe('a page of another name that leads here (DNS rebinding)', () => {
  const host = (name: string) => `${name}:${hub.hub.port}`;
  const send = (method: string, path: string, headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      const { port } = hub.hub;
      const call = request({ host: '127.0.0.1', port, path: `/api/v1${path}`, method, headers });
      call.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
      call.end();
    });

  it('has no cookie of ours and gets nowhere, though its origin is its host', async () => {
    const headers = { host: host('evil.example'), origin: `http://${host('evil.example')}` };
    expect(await send('GET', '/boards', headers)).toBe(401);
    expect(await send('POST', '/jobs', headers)).toBe(401);
    await expect(hub.live(headers)).rejects.toThrow('Unexpected server response: 401');
  });

  it('cannot use the cookie of our own page from its origin', async () => {
    const result = await door.signIn('ada@example.org', OWNER.password, '10.0.0.9');
    if (!result.ok) throw new Error(result.reason);
    const fresh = `${SESSION_COOKIES[0]}=${await door.createSession(result.user.id, '10.0.0.9', 'test')}`;
    const headers = { host: host('127.0.0.1'), origin: `http://${host('evil.example')}`, cookie: fresh };
    expect(await send('POST', '/jobs', headers)).toBe(403);
    await expect(hub.live(headers)).rejects.toThrow('Unexpected server response: 403');
  });
});

describe('upgrades', () => {
  it('of any other path are refused', async () => {
    const { WebSocket } = await import('ws');
    const socket = new WebSocket(`ws://127.0.0.1:${hub.hub.port}/elsewhere`);
    const message = await new Promise<string>((resolve) => socket.on('error', (error) => resolve(error.message)));
    expect(message).toContain('404');
  });
});

describe('a hub that stops', () => {
  it('says so to a request that comes too late on an open connection', async () => {
    const other = await TestHub.start();
    const socket = connect(other.hub.port, '127.0.0.1');
    let heard = '';
    socket.on('data', (data) => {
      heard += data;
    });
    const head = `Host: x\r\nAuthorization: Bearer ${other.hub.localToken}\r\n`;
    socket.write(
      `POST /api/v1/boards HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{"name"`,
    );
    // Of another connection, but behind it: the first request is being read by now.
    await other.call('GET', '/healthz');
    const closed = once(socket, 'close');
    const ended = other.end();
    socket.write(`:"a"}GET /api/v1/me HTTP/1.1\r\n${head}\r\n`);
    await Promise.all([ended, closed]);
    expect(heard.match(/HTTP\/1.1 \d+|"code":"\w+"/g)).toEqual([
      'HTTP/1.1 201',
      'HTTP/1.1 503',
      '"code":"hub_stopping"',
    ]);
    expect(heard).toContain('retry-after: 2');
  });
});
