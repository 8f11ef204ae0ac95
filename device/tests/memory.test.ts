/** The budget of issue 2 in the heap of an ESP8266: 38 KB, 32-bit. The numbers are of the client without a port's means. */
import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { untilTestEnds } from './disposal.fixture.ts';
import type { Peer } from './hub-peer.fixture.ts';
import { linkedBoard, PUMP_RUNNER } from './linux-board.fixture.ts';

/** `gc.mem_free()` of a fresh ESP8266 of 38 KB is about this; this machine's interpreter starts with a little more. */
const START_BYTES = 36_256;
const FREE_MIN_BYTES = 28 * 1024;
const RESIDENT_MAX_BYTES = 8 * 1024;
const CHUNK_BYTES = 505;
const WINDOW = 2;

const putFile = async (peer: Peer, path: string, content: Buffer): Promise<void> => {
  let acknowledged = 0;
  let sent = 0;
  while (acknowledged < content.length) {
    while (sent < content.length && sent - acknowledged < WINDOW * CHUNK_BYTES) {
      const bytes = content.subarray(sent, sent + CHUNK_BYTES);
      peer.send({ op: 'put', rid: peer.rid(), offset: sent, bytes });
      sent += bytes.length;
    }
    acknowledged = Buffer.from((await peer.expect('ok')).bytes).readUInt32BE();
  }
  peer.send({ op: 'end', rid: peer.rid(), sha256: createHash('sha256').update(content).digest(), path });
  await peer.expect('ok');
};

const getFile = async (peer: Peer, path: string): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  for (let offset = 0; ; ) {
    peer.send({ op: 'get', rid: peer.rid(), offset, count: 509, path });
    const { bytes } = await peer.expect('data');
    parts.push(bytes);
    offset += bytes.length;
    if (bytes.length < 509) return Buffer.concat(parts);
  }
};

test('a connected client takes at most 8 KB and leaves 28 KB', async () => {
  const rig = await untilTestEnds(linkedBoard({}, PUMP_RUNNER));
  await rig.peer.ping();
  const before = Number(rig.board.console.split('\n')[0]);
  const taken = before - (await rig.board.freeBytes());
  console.error(`The client takes ${taken} B once connected: of ${START_BYTES} B, ${START_BYTES - taken} B are left.`);
  expect(taken).toBeLessThanOrEqual(RESIDENT_MAX_BYTES);
  expect(START_BYTES - taken).toBeGreaterThanOrEqual(FREE_MIN_BYTES);
});

test.each(['linux_board.py', 'a loop'])('1 MB of output passes without MemoryError (%s)', async (runner) => {
  const rig = await untilTestEnds(linkedBoard({}, runner === 'a loop' ? PUMP_RUNNER : undefined));
  const { text, done } = await rig.peer.run("for i in range(16384): print('%063d' % i)");
  expect(done).toMatchObject({ state: 'succeeded', traceback: '' });
  expect(text.length).toBe(1 << 20);
  expect(text.endsWith(`${'16383'.padStart(63, '0')}\n`)).toBe(true);
});

test('a file of 200 KB goes to the board and back', async () => {
  const rig = await untilTestEnds(linkedBoard({}, PUMP_RUNNER));
  const content = randomBytes(200 * 1024);
  await putFile(rig.peer, '/app/data.bin', content);
  expect((await rig.board.read('/app/data.bin')).equals(content)).toBe(true);
  expect((await getFile(rig.peer, '/app/data.bin')).equals(content)).toBe(true);
  rig.peer.send({ op: 'get', rid: 1, offset: 0, count: 10, path: '/none' });
  expect(await rig.peer.expect('error')).toMatchObject({ code: 'notFound' });
});

test.each(['linux_board.py', 'a loop'])('10,000 commands in a row leave the heap as it was (%s)', async (runner) => {
  const rig = await untilTestEnds(linkedBoard({ '/app/x.txt': 'x' }, runner === 'a loop' ? PUMP_RUNNER : undefined));
  const kinds = [
    (peer: Peer) => peer.run("print('hello')"),
    (peer: Peer) => peer.ping(),
    async (peer: Peer) => {
      peer.send({ op: 'get', rid: peer.rid(), offset: 0, count: 100, path: '/app/x.txt' });
      await peer.expect('data');
    },
    (peer: Peer) => peer.run('import struct\n1/0'),
  ];
  const some = async (count: number): Promise<number> => {
    for (let i = 0; i < count; i++) await kinds[i % kinds.length]?.(rig.peer);
    return (await rig.peer.ping()).memFreeBytes;
  };
  const early = await some(200);
  const late = await some(9_800);
  console.error(`Free after 200 commands: ${early} B, after 10,000: ${late} B.`);
  expect(Math.abs(late - early)).toBeLessThan(512);
});
