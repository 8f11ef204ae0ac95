/** Firmware over the real API, with a mirror of the download site on this machine. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { getAuthDoor, SESSION_COOKIES } from '#lib/api/auth-door.ts';
import { ApiClient } from '#lib/api/client.ts';
import { firmwareListSchema, firmwareSchema } from '#lib/api/firmware-schema.ts';
import { testImage } from '#lib/flasher/image.fixture.ts';
import { ROOT_DIR } from './config.ts';
import { Mirror, STABLE } from './firmware/mirror.fixture.ts';
import { TestHub } from './start.fixture.ts';
import { start } from './start.ts';

let mirror: Mirror;
let hub: TestHub;
beforeAll(async () => {
  mirror = await Mirror.start();
  const given = { host: '127.0.0.1', logLevel: 'error', dev: false, console: false, rootDir: ROOT_DIR } as const;
  hub = await TestHub.start((dataDir, port) => start({ ...given, dataDir, port, firmwareIndex: mirror.index }));
});
afterAll(async () => {
  await hub.end();
  await mirror.stop();
});

const authorization = () => ({ authorization: `Bearer ${hub.hub.localToken}` });
const request = (
  method: string,
  path: string,
  body?: Uint8Array<ArrayBuffer> | string,
  headers: Record<string, string> = {},
) => fetch(`${hub.hub.url}/api/v1${path}`, { method, body: body ?? null, headers: { ...authorization(), ...headers } });
const binary = { 'content-type': 'application/octet-stream' };
const image = (seed: number) => Uint8Array.from(testImage({ seed }));

it('is listed, fetched into the cache, and served to be kept for ever', async () => {
  const list = firmwareListSchema.parse((await hub.call('GET', '/firmware')).body);
  expect(list.firmware.map(({ cached }) => cached)).toEqual(Array(5).fill(null));
  const { status, body } = await hub.call('POST', `/firmware/${STABLE}/fetch`);
  const { cached } = firmwareSchema.parse(body);
  const response = await request('GET', `/firmware/files/${cached?.sha256}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  expect([status, createHash('sha256').update(bytes).digest('hex')]).toEqual([200, cached?.sha256]);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'cache-control': 'private, max-age=31536000, immutable',
    'content-type': 'application/octet-stream',
    'content-length': String(bytes.length),
    'x-content-type-options': 'nosniff',
    etag: `"${cached?.sha256}"`,
  });
  expect((await hub.call('GET', `/firmware/files/${'0'.repeat(64)}`)).body.error.code).toBe('firmware_not_found');
});

it('can be brought as a file, and taken away again', async () => {
  const uploaded = await request('POST', '/firmware?name=my%20own.bin', image(5), binary);
  const made = firmwareSchema.parse(await uploaded.json());
  expect([uploaded.status, made.name, made.source]).toEqual([201, 'my own.bin', 'upload']);
  expect((await hub.call('DELETE', `/firmware/${made.id}`)).status).toBe(204);
  expect((await hub.call('DELETE', `/firmware/${made.id}`)).body.error.code).toBe('firmware_not_found');
});

it.each([
  ['a text', '/firmware', 'hello', binary, 422, 'firmware_invalid'],
  ['nothing', '/firmware', '', binary, 422, 'firmware_invalid'],
  ['the type of a form', '/firmware', 'x', { 'content-type': 'text/plain' }, 422, 'invalid_input'],
  ['5 MB', '/firmware', 'x'.repeat(5 * 1024 * 1024), binary, 413, 'firmware_too_large'],
  ['a path for a name', '/firmware?name=..%2F..%2Fx', 'x', binary, 422, 'invalid_input'],
  ['an unknown field', '/firmware?colour=red', 'x', binary, 422, 'invalid_input'],
  ['a file for another route', '/boards', 'x', binary, 422, 'invalid_json'],
])('an upload of %s is refused', async (_what, path, body, headers, status, code) => {
  const response = await request('POST', path, body, headers);
  expect([response.status, (await response.json()).error.code]).toEqual([status, code]);
});

it('is not taken from a foreign page, nor from nobody', async () => {
  const foreign = await request('POST', '/firmware', image(6), { ...binary, origin: 'http://evil.example' });
  expect(foreign.status).toBe(403);
  const nobody = await fetch(`${hub.hub.url}/api/v1/firmware`, { method: 'POST', body: image(6), headers: binary });
  expect(nobody.status).toBe(401);
});

it('with an id that is a path is refused', async () => {
  expect((await hub.call('POST', '/firmware/..%2f..%2fetc/fetch')).body.error.code).toBe('invalid_input');
  expect((await hub.call('DELETE', '/firmware/.hidden')).body.error.code).toBe('invalid_input');
});

it('is described in the OpenAPI document', async () => {
  const { paths } = (await hub.call('GET', '/openapi.json')).body;
  expect(Object.keys(paths['/api/v1/firmware'].post.requestBody.content)).toEqual(['application/octet-stream']);
  expect(Object.keys(paths['/api/v1/firmware/files/{sha256}'].get.responses[200].content)).toEqual([
    'application/octet-stream',
  ]);
});

it('is all of this through the typed client, which says what was refused', async () => {
  const client = new ApiClient({ baseUrl: hub.hub.url, token: hub.hub.localToken });
  const { cached } = await client.fetchFirmware(STABLE);
  expect(Buffer.from(await client.firmwareFile(cached?.sha256 ?? '')).equals(mirror.bytesOf(STABLE))).toBe(true);
  const made = await client.uploadFirmware('a "b".bin', image(8));
  expect((await client.firmware()).firmware.find(({ id }) => id === made.id)?.name).toBe('a "b".bin');
  await client.removeFirmware(made.id);
  await expect(client.firmwareFile(made.id)).rejects.toMatchObject({ code: 'firmware_not_found' });
  await expect(client.uploadFirmware('x', Uint8Array.of(1))).rejects.toMatchObject({ code: 'firmware_invalid' });

  const { files } = await client.clientManifest();
  expect((await client.clientFile(files[0]?.sha256 ?? '')).length).toBe(files[0]?.sizeBytes);
  const board = await client.provisionBoard({ chipId: 'a1b2c300', platform: 'esp8266' });
  expect(board).toMatchObject({ known: false, board: { name: 'esp8266-1' } });
  expect((await client.provisionBundle(2)).boards).toHaveLength(2);
  const profile = await client.addWifiProfile({ ssid: 'lab', password: 'correct horse' });
  expect(await client.wifiSecret(profile.id)).toEqual({ ssid: 'lab', password: 'correct horse' });
  expect(await client.wifiProfiles()).toEqual([profile]);
  await client.removeWifiProfile(profile.id);
  expect(await client.wifiProfiles()).toEqual([]);
});

it('may be read by a viewer and changed by an operator; so it is with keys and networks', async () => {
  const token = new URL(hub.hub.setupUrl ?? '').searchParams.get('token');
  const account = { email: 'vera@example.org', name: 'Vera', password: 'correct horse battery', team: 'Lab' };
  await hub.call('POST', '/setup', { ...account, token }, { origin: hub.hub.url });
  const door = getAuthDoor();
  const result = await door.signIn(account.email, account.password, '10.0.0.1');
  if (!result.ok) throw new Error(result.reason);
  const cookie = `${SESSION_COOKIES[0]}=${await door.createSession(result.user.id, '10.0.0.1', 'test')}`;
  const { body: profile } = await hub.call('POST', '/wifi-profiles', { ssid: 'x', password: '' });
  const database = new Database(join(hub.folder.dir, 'cloudmanager.sqlite'));
  const statusAs = async (role: string, method: string, path: string, body?: object) => {
    database.prepare('UPDATE members SET role = ?').run(role);
    return (await hub.call(method, path, body, { cookie, origin: hub.hub.url })).status;
  };
  const board = { chipId: 'aabbccdd', platform: 'esp8266' };
  for (const [method, path, body, viewer, operator] of [
    ['GET', '/firmware', undefined, 200, 200],
    ['POST', `/firmware/${STABLE}/fetch`, undefined, 403, 200],
    ['DELETE', `/firmware/${STABLE}`, undefined, 403, 204],
    ['GET', '/client', undefined, 200, 200],
    ['POST', '/boards/provision', board, 403, 201],
    ['POST', '/boards/provision-bundle', { count: 1 }, 403, 201],
    ['GET', '/wifi-profiles', undefined, 200, 200],
    ['POST', '/wifi-profiles', { ssid: 'y', password: '' }, 403, 201],
    ['GET', `/wifi-profiles/${profile.id}/secret`, undefined, 403, 200],
    ['DELETE', `/wifi-profiles/${profile.id}`, undefined, 403, 403],
  ] as const) {
    const statuses = [await statusAs('viewer', method, path, body), await statusAs('operator', method, path, body)];
    expect([method, path, ...statuses]).toEqual([method, path, viewer, operator]);
  }
  expect(await statusAs('admin', 'DELETE', `/wifi-profiles/${profile.id}`)).toBe(204);
  database.close();
});
