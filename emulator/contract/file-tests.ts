/** PUT, END and GET: a file on a board is the old one or the new one, and a transfer goes on where it stopped. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { readU32 } from '#lib/protocol/bytes.ts';
import type { Life } from './contract-suite.ts';
import { restart } from './link-tests.ts';
import { run } from './program.ts';
import type { BoardLink } from './test-hub.ts';

const CHUNK_BYTES = 505;

export function fileTests(life: Life): void {
  const content = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7) & 0xff));

  test('a file is written and read back', async () => {
    const link = await life.link();
    await write(link, '/app/data/one.bin', content);
    expect(Buffer.from(await read(link, '/app/data/one.bin')).equals(content)).toBe(true);
  });

  test('a wrong offset is answered with the right one', async () => {
    const link = await life.link();
    expect(await put(link, 0, content.subarray(0, 100))).toBe(100);
    expect(await put(link, 700, content.subarray(700, 800))).toBe(100);
    expect(await put(link, 100, content.subarray(100, 300))).toBe(300);
  });

  test('a transfer goes on after a broken link', async () => {
    const link = await life.link();
    await put(link, 0, content.subarray(0, CHUNK_BYTES));
    await put(link, CHUNK_BYTES, content.subarray(CHUNK_BYTES, 2 * CHUNK_BYTES));
    const next = await life.relink((old) => old.drop());
    const held = await put(next, 0xffffffff, new Uint8Array(0));
    expect(held).toBe(2 * CHUNK_BYTES);
    await write(next, '/app/resumed.bin', content, held);
    expect(Buffer.from(await read(next, '/app/resumed.bin')).equals(content)).toBe(true);
  });

  test('a wrong hash is refused and leaves the old file', async () => {
    const link = await life.link();
    await put(link, 0, Buffer.from('something else'));
    const rid = link.nextRid();
    link.send({ op: 'end', rid, sha256: new Uint8Array(32), path: '/app/data/one.bin' });
    expect(await link.expect('error', rid)).toMatchObject({ code: 'hashMismatch' });
    expect(Buffer.from(await read(link, '/app/data/one.bin')).equals(content)).toBe(true);
  });

  test.each(['/main.py', '/boot.py', '/cm/key', '/cm/a/cm_core.mpy', '/app/../cm/key'])(
    '%s is not a file for the hub',
    async (path) => {
      const link = await life.link();
      await put(link, 0, Buffer.from('x'));
      const rid = link.nextRid();
      link.send({ op: 'end', rid, sha256: hashOf(Buffer.from('x')), path });
      expect(['forbiddenPath', 'badRequest']).toContain((await link.expect('error', rid)).code);
    },
  );

  test('a file that is not there is not found', async () => {
    const link = await life.link();
    const rid = link.nextRid();
    link.send({ op: 'get', rid, offset: 0, count: 10, path: '/app/nothing' });
    expect(await link.expect('error', rid)).toMatchObject({ code: 'notFound' });
  });

  test('an empty file can be written', async () => {
    const link = await life.link();
    await write(link, '/app/empty', new Uint8Array(0));
    expect(await read(link, '/app/empty')).toHaveLength(0);
  });

  test('a written file is there after a reset, and a program finds it', async () => {
    await write(await life.link(), '/app/greeting.py', Buffer.from("TEXT = 'from a file'\n"));
    await restart(life);
    const outcome = await run(await life.link(), 'import greeting\nprint(greeting.TEXT)');
    expect(outcome.output.trim()).toBe('from a file');
  });
}

async function put(link: BoardLink, offset: number, bytes: Uint8Array): Promise<number> {
  const rid = link.nextRid();
  link.send({ op: 'put', rid, offset, bytes });
  return readU32((await link.expect('ok', rid)).bytes, 0);
}

async function write(link: BoardLink, path: string, content: Uint8Array, from = 0): Promise<void> {
  let held = from;
  do held = await put(link, held, content.subarray(held, held + CHUNK_BYTES));
  while (held < content.length);
  const rid = link.nextRid();
  link.send({ op: 'end', rid, sha256: hashOf(content), path });
  await link.expect('ok', rid);
}

async function read(link: BoardLink, path: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let offset = 0; ; ) {
    const rid = link.nextRid();
    link.send({ op: 'get', rid, offset, count: CHUNK_BYTES, path });
    const { bytes } = await link.expect('data', rid);
    parts.push(bytes);
    offset += bytes.length;
    if (bytes.length < CHUNK_BYTES) return Buffer.concat(parts);
  }
}

function hashOf(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
