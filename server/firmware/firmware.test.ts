import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_FIRMWARE_FILES } from '#lib/api/firmware-schema.ts';
import { teamIdSchema } from '#lib/api/schema.ts';
import { testImage } from '#lib/flasher/image.fixture.ts';
import { reopen, temporaryFolder } from '#server/store/store.fixture.ts';
import type { Store } from '#server/store/store.ts';
import type { AuthorizedTeamId } from '#server/store/team-scope.ts';
import { REFRESH_MS, RETRY_MS } from './catalogue.ts';
import { MAX_DOWNLOADS } from './downloads.ts';
import { createFirmware, type Firmware } from './firmware.ts';
import { etagOf, HALF_MB, Mirror, OLD, ONE_MB, PREVIEW, STABLE, sendFile, sendHalf } from './mirror.fixture.ts';

const timeouts = { headTimeoutMs: 10_000, stallTimeoutMs: 10_000 };
/** Only where nothing else is waited for: long enough to ask on a machine that is busy. */
const SHORT = { headTimeoutMs: 300, stallTimeoutMs: 300 };
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let mirror: Mirror;
let team: AuthorizedTeamId;
let clock: number;
let firmware: Firmware;

function open(policy: object = {}, index = mirror.index): Firmware {
  return createFirmware({ store, dataDir: folder.dir, index, now: () => clock, policy: { ...timeouts, ...policy } });
}

/** The hub is started again, and the internet is gone. */
async function withoutInternet(): Promise<void> {
  firmware.stop();
  const { index } = mirror;
  await mirror.stop();
  firmware = open({}, index);
}

beforeEach(async () => {
  folder = temporaryFolder();
  store = reopen(folder.dir);
  mirror = await Mirror.start();
  team = (await store.users.ensureFirstTeam('A', 1)).id as AuthorizedTeamId;
  clock = Date.UTC(2026, 8, 1);
  firmware = open();
});
afterEach(async () => {
  firmware.stop();
  store.close();
  await mirror.stop();
  folder.remove();
});

const cachedIds = async () => (await firmware.list(team)).firmware.flatMap(({ id, cached }) => (cached ? [id] : []));

describe('the list', () => {
  it('has the newest of each variant, and says what cannot be used and why', async () => {
    const { firmware: list, listing } = await firmware.list(team);
    expect(list.map(({ id, newest, usable }) => [id, newest, usable])).toEqual([
      [PREVIEW, false, true],
      [STABLE, true, true],
      [ONE_MB, true, true],
      [HALF_MB, true, false],
      [OLD, false, true],
    ]);
    expect(listing).toEqual({ url: mirror.index, checkedAt: '2026-09-01T00:00:00.000Z', ageS: 0, problem: null });
    expect(list[1]).toMatchObject({
      source: 'catalogue',
      cached: null,
      download: null,
      minFlashBytes: 2 * 1024 * 1024,
    });
  });

  it('is asked for once an hour, with the validator of the page, however many look at it', async () => {
    await Promise.all([firmware.list(team), firmware.list(team), firmware.fetch(STABLE)]);
    clock += REFRESH_MS - 1;
    expect((await firmware.list(team)).listing.ageS).toBe(3600);
    expect(mirror.asked('/download/')).toBe(1);
    clock += 1;
    expect((await firmware.list(team)).listing.ageS).toBe(0);
    expect(mirror.requests.at(-1)?.headers).toMatchObject({ 'if-none-match': '"page-1"' });
    expect(mirror.asked('/download/')).toBe(2);
  });

  it('of another mirror is not taken for this one’s', async () => {
    await firmware.list(team);
    const other = await Mirror.start();
    other.files.delete(`/resources/firmware/${PREVIEW}.bin`);
    firmware = open({}, other.index);
    expect((await firmware.list(team)).firmware).toHaveLength(4);
    await other.stop();
  });

  it('without internet and without a cache says how to go on', async () => {
    await withoutInternet();
    await expect(firmware.list(team)).rejects.toMatchObject({
      code: 'firmware_unreachable',
      message: expect.stringMatching(
        /cannot be reached \(ECONNREFUSED\)\. The hub has no firmware in its cache either\.$/,
      ),
      hint: expect.stringContaining('upload a `.bin` file'),
    });
    await expect(firmware.fetch(STABLE)).rejects.toMatchObject({ code: 'firmware_unreachable' });
  });

  it('without internet is the old one, with its age and the reason', async () => {
    await firmware.list(team);
    await withoutInternet();
    clock += 2 * REFRESH_MS;
    const { listing, firmware: list } = await firmware.list(team);
    expect(listing).toMatchObject({ ageS: 7200, problem: expect.stringContaining('ECONNREFUSED') });
    expect(list).toHaveLength(5);
  });

  it.each([
    [
      'without links',
      (m: Mirror) => (m.page = (_q, a) => a.end('<p>Nothing.</p>')),
      'firmware_listing_invalid',
      'links to no',
    ],
    [
      'that is not there',
      (m: Mirror) => (m.page = (_q, a) => a.writeHead(404).end()),
      'firmware_unreachable',
      'answered 404',
    ],
    ['that fails', (m: Mirror) => (m.page = (_q, a) => a.writeHead(500).end()), 'firmware_unreachable', 'answered 500'],
    [
      'that breaks off',
      (m: Mirror) => (m.page = (_q, a) => sendHalf(a, Buffer.from(m.html()), 9)),
      'firmware_unreachable',
      'broke off',
    ],
    ['without end', (m: Mirror) => (m.page = (_q, a) => a.end('x'.repeat(3e6))), 'firmware_listing_invalid', 'no end'],
    ['that is silent', (m: Mirror) => (m.page = () => {}), 'firmware_unreachable', 'did not answer'],
    [
      'that leads elsewhere',
      (m: Mirror) => (m.page = (_q, a) => a.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()),
      'firmware_unreachable',
      'http://127.0.0.1:1 is not an address',
    ],
  ])('a page %s is a sentence, and is left alone for a minute', async (_what, spoil, code, text) => {
    const isSilent = text === 'did not answer';
    if (isSilent) firmware = open(SHORT);
    spoil(mirror);
    const refused = { code, message: expect.stringContaining(text) };
    await expect(firmware.list(team)).rejects.toMatchObject(refused);
    await expect(firmware.list(team)).rejects.toMatchObject(refused);
    expect(mirror.asked('/download/')).toBe(1);
    mirror.page = undefined;
    if (isSilent) firmware = open();
    clock += RETRY_MS;
    expect((await firmware.list(team)).listing.problem).toBeNull();
  });

  it('that cannot be read on disk is fetched again', async () => {
    await firmware.list(team);
    writeFileSync(join(folder.dir, 'firmware/listing.json'), '{"url":');
    firmware = open();
    expect((await firmware.list(team)).firmware).toHaveLength(5);
    expect(mirror.asked('/download/')).toBe(2);
  });
});

describe('a download', () => {
  it('is checked, kept under its SHA-256 for this user alone, and served', async () => {
    const bytes = mirror.bytesOf(STABLE);
    const fetched = await firmware.fetch(STABLE);
    expect(fetched.cached).toEqual({
      sha256: sha256Of(bytes),
      sizeBytes: bytes.length,
      at: new Date(clock).toISOString(),
    });
    expect(Buffer.from(await firmware.file(team, sha256Of(bytes))).equals(bytes)).toBe(true);
    expect(statSync(join(folder.dir, 'firmware')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder.dir, 'firmware', `${sha256Of(bytes)}.bin`)).mode & 0o777).toBe(0o600);
    await firmware.fetch(STABLE);
    expect(mirror.asked(STABLE)).toBe(1);
  });

  it('asked for twice at once is made once', async () => {
    const both = await Promise.all([firmware.fetch(STABLE), firmware.fetch(STABLE)]);
    expect(both.map(({ cached }) => cached?.sha256)).toEqual(Array(2).fill(sha256Of(mirror.bytesOf(STABLE))));
    expect(mirror.asked(STABLE)).toBe(1);
  });

  it('shows how far it is', async () => {
    const { promise: rest, resolve: letGo } = Promise.withResolvers<void>();
    const bytes = mirror.bytesOf(STABLE);
    mirror.file = async (_request, answer) => {
      answer.writeHead(200, { 'content-length': bytes.length });
      answer.write(bytes.subarray(0, 1000));
      await rest;
      answer.end(bytes.subarray(1000));
    };
    const fetching = firmware.fetch(STABLE);
    await mirror.request(2);
    const progress = async () => (await firmware.list(team)).firmware.find(({ id }) => id === STABLE)?.download;
    while ((await progress())?.receivedBytes !== 1000) await new Promise(setImmediate);
    expect(await progress()).toEqual({ receivedBytes: 1000, totalBytes: bytes.length });
    letGo();
    expect(await fetching).toMatchObject({ id: STABLE, download: null, cached: { sizeBytes: bytes.length } });
  });

  it('that broke off goes on where it was, also when it is asked for later', async () => {
    const bytes = mirror.bytesOf(STABLE);
    const broken: (string | undefined)[] = [];
    mirror.file = (request, answer) => {
      broken.push(request.headers.range);
      sendHalf(answer, bytes, 5_000);
    };
    await expect(firmware.fetch(STABLE)).rejects.toMatchObject({
      code: 'firmware_unreachable',
      message: expect.stringContaining(`5000 of ${bytes.length} bytes`),
    });
    expect(broken).toEqual([undefined, 'bytes=5000-', 'bytes=5000-']);
    mirror.file = undefined;
    expect((await firmware.fetch(STABLE)).cached?.sha256).toBe(sha256Of(bytes));
    expect(mirror.requests.at(-1)?.headers).toMatchObject({ range: 'bytes=5000-', 'if-range': etagOf(bytes) });
  });

  it('of a file that changed meanwhile starts from the beginning', async () => {
    let asked = 0;
    const changed = testImage({ seed: 77 });
    mirror.file = (request, answer) => {
      asked += 1;
      if (asked === 1) sendHalf(answer, mirror.bytesOf(STABLE), 5_000);
      else sendFile(request, answer, changed);
    };
    expect((await firmware.fetch(STABLE)).cached?.sha256).toBe(sha256Of(changed));
    expect(asked).toBe(2);
  });

  it.each([
    ['wrong MD5', (bytes: Uint8Array) => bytes.with(0x9500, 1), 'firmware_invalid', 'checksum does not match'],
    ['a page instead of the file', () => Buffer.from('<html>'), 'firmware_invalid', 'not a firmware image'],
    [
      'half a file that claims to be whole',
      (bytes: Uint8Array) => bytes.subarray(0, 9_000),
      'firmware_invalid',
      'cut short',
    ],
    ['5 MB', () => Buffer.alloc(5 * 1024 * 1024), 'firmware_too_large', '4 MB'],
  ])('with %s is not kept', async (_what, spoil, code, text) => {
    const bytes = Buffer.from(spoil(mirror.bytesOf(STABLE)));
    mirror.file = (request, answer) => sendFile(request, answer, bytes);
    await expect(firmware.fetch(STABLE)).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
    expect(await cachedIds()).toEqual([]);
    expect(readdirSync(join(folder.dir, 'firmware'))).toEqual(['listing.json']);
    mirror.file = undefined;
    expect((await firmware.fetch(STABLE)).cached).not.toBeNull();
  });

  it('without end and without a length is broken off at 4 MB', async () => {
    let sent = 0;
    mirror.file = (_request, answer) => {
      const more = () => {
        while (!answer.destroyed && answer.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      answer.on('drain', more);
      more();
    };
    await expect(firmware.fetch(STABLE)).rejects.toMatchObject({ code: 'firmware_too_large' });
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it('that is refused, silent or led away is a sentence', async () => {
    await firmware.list(team);
    const bytes = mirror.bytesOf(STABLE);
    for (const [handler, text] of [
      [(_q, a) => a.writeHead(403).end(), 'answered 403'],
      [
        (_q, a) => a.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
        'http://169.254.169.254 is not an address',
      ],
      [() => {}, 'did not answer'],
      [
        (_q, a) => void a.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 10)),
        'sent nothing',
      ],
    ] as [Mirror['file'], string][]) {
      mirror.file = handler;
      if (text === 'did not answer') firmware = open(SHORT);
      await expect(firmware.fetch(STABLE)).rejects.toMatchObject({
        code: 'firmware_unreachable',
        message: expect.stringContaining(text),
      });
    }
  });

  it('of what is not listed, or cannot be used, is refused', async () => {
    await expect(firmware.fetch('ESP8266_GENERIC-20200101-v1.12.0')).rejects.toMatchObject({
      code: 'firmware_not_found',
    });
    await expect(firmware.fetch(HALF_MB)).rejects.toMatchObject({
      code: 'firmware_invalid',
      message: expect.stringContaining('no file system'),
    });
  });

  it('ends with the hub', async () => {
    mirror.file = (_request, answer) => void answer.writeHead(200, { 'content-length': 100 }).write('x');
    const fetching = firmware.fetch(STABLE);
    const refused = expect(fetching).rejects.toMatchObject({ code: 'firmware_unreachable' });
    await mirror.request(2);
    firmware.stop();
    await refused;
  });

  it('is one of a few at once', async () => {
    const links = Array.from({ length: MAX_DOWNLOADS + 1 }, (_, at) => `ESP8266_GENERIC-2026010${at + 1}-v1.2${at}.0`);
    for (const id of links) mirror.files.set(`/resources/firmware/${id}.bin`, testImage());
    const { promise: rest, resolve: letGo } = Promise.withResolvers<void>();
    mirror.file = async (request, answer) => {
      await rest;
      sendFile(request, answer, testImage());
    };
    await firmware.list(team);
    const all = links.map((id) => firmware.fetch(id));
    await expect(all.at(-1)).rejects.toMatchObject({ code: 'firmware_busy' });
    letGo();
    await Promise.all(all.slice(0, -1));
  });
});

describe('the cache', () => {
  it('serves without internet, after a restart of the hub, also what is not listed any more', async () => {
    await firmware.fetch(OLD);
    mirror.files.delete(`/resources/firmware/${OLD}.bin`);
    mirror.etag = '"page-2"';
    clock += REFRESH_MS;
    expect(await cachedIds()).toEqual([OLD]);
    await withoutInternet();
    rmSync(join(folder.dir, 'firmware/listing.json'));
    firmware = open({}, 'http://127.0.0.1:1/');
    const { firmware: list, listing } = await firmware.list(team);
    expect(list).toMatchObject([{ id: OLD, version: '1.26.1', newest: true }]);
    expect(listing).toMatchObject({ checkedAt: null, ageS: null, problem: expect.any(String) });
    expect((await firmware.file(team, list[0]?.cached?.sha256 ?? '')).length).toBe(0xa010);
    expect((await firmware.fetch(OLD)).id).toBe(OLD);
  });

  it('does not serve a file that was damaged on disk, and fetches it again', async () => {
    const { cached } = await firmware.fetch(STABLE);
    truncateSync(join(folder.dir, 'firmware', `${cached?.sha256}.bin`), 100);
    await expect(firmware.file(team, cached?.sha256 ?? '')).rejects.toMatchObject({ code: 'firmware_not_found' });
    expect((await firmware.fetch(STABLE)).cached?.sha256).toBe(cached?.sha256);
    expect((await firmware.file(team, cached?.sha256 ?? '')).length).toBe(0xa010);
  });

  it('forgets what it is told to', async () => {
    await firmware.fetch(STABLE);
    await firmware.remove(team, STABLE);
    expect(await cachedIds()).toEqual([]);
    expect(readdirSync(join(folder.dir, 'firmware')).filter((name) => name.endsWith('.bin'))).toEqual([]);
    await expect(firmware.remove(team, STABLE)).rejects.toMatchObject({ code: 'firmware_not_found' });
  });
});

describe('an upload', () => {
  const other = teamIdSchema.parse('team_0000000000000009') as AuthorizedTeamId;

  it('is checked, listed for its team alone, and enough without internet', async () => {
    await withoutInternet();
    const image = testImage({ seed: 9 });
    const upload = await firmware.upload(team, 'own.bin', image, 'Ada');
    expect(upload).toMatchObject({ id: sha256Of(image), source: 'upload', name: 'own.bin', usable: true });
    expect((await firmware.list(team)).firmware).toEqual([upload]);
    await expect(firmware.list(other)).rejects.toMatchObject({ code: 'firmware_unreachable' });
    expect((await firmware.file(team, upload.id)).length).toBe(image.length);
    await expect(firmware.file(other, upload.id)).rejects.toMatchObject({ code: 'firmware_not_found' });
    await expect(firmware.remove(other, upload.id)).rejects.toMatchObject({ code: 'firmware_not_found' });
  });

  it.each([
    ['text', Buffer.from('hello'), 'firmware_invalid', 'own.bin: It is not a firmware image.'],
    [
      'half a file',
      testImage().subarray(0, 0x9100),
      'firmware_invalid',
      'own.bin: It is cut short: its end is missing.',
    ],
    ['firmware of another chip', testImage({ loadAt: 0x3f400020 }), 'firmware_invalid', 'another chip'],
    ['more than 4 MB', Buffer.alloc(4 * 1024 * 1024 + 1), 'firmware_too_large', '4 MB'],
  ])('of %s is refused and not kept', async (_what, bytes, code, text) => {
    await expect(firmware.upload(team, 'own.bin', bytes, 'Ada')).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text),
    });
    expect(readdirSync(join(folder.dir, 'firmware'))).toEqual([]);
  });

  it('brought again has its new name; its file stays while anything else is it', async () => {
    const bytes = mirror.bytesOf(STABLE);
    await firmware.upload(team, 'a.bin', bytes, 'Ada');
    expect((await firmware.upload(team, 'b.bin', bytes, 'Ada')).name).toBe('b.bin');
    await firmware.fetch(STABLE);
    const sha256 = sha256Of(bytes);
    await firmware.remove(team, sha256);
    expect((await firmware.file(team, sha256)).length).toBe(bytes.length);
    await firmware.upload(team, 'c.bin', bytes, 'Ada');
    await firmware.remove(team, STABLE);
    expect((await firmware.file(team, sha256)).length).toBe(bytes.length);
    await firmware.remove(team, sha256);
    await expect(firmware.file(team, sha256)).rejects.toMatchObject({ code: 'firmware_not_found' });
  });

  it('is one of a limited number', async () => {
    for (let seed = 1; seed <= MAX_FIRMWARE_FILES; seed += 1)
      await firmware.upload(team, 'x.bin', testImage({ seed }), 'Ada');
    const oneMore = testImage({ seed: MAX_FIRMWARE_FILES + 1 });
    await expect(firmware.upload(team, 'x.bin', oneMore, 'Ada')).rejects.toMatchObject({
      code: 'too_many_firmware_files',
    });
    expect(readdirSync(join(folder.dir, 'firmware'))).toHaveLength(MAX_FIRMWARE_FILES);
    expect((await firmware.upload(team, 'y.bin', testImage(), 'Ada')).name).toBe('y.bin');
  });
});
