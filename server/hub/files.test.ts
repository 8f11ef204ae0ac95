import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeCrypto } from '#lib/node/crypto.ts';
import type { HubOperation } from '#lib/protocol/operations.ts';
import { packHeld } from '#lib/protocol/operations.ts';
import type { TestBoard } from '#lib/protocol/test-board.fixture.ts';
import { settle } from '#server/session/fake-clock.fixture.ts';
import { Rig } from '#server/session/session-rig.fixture.ts';
import { getFile, putFile, TRANSFER_WINDOW } from './files.ts';

/** The files of a board, as protocol.md wants PUT, END and GET to behave. */
class Disk {
  readonly files = new Map<string, Buffer>();
  staging = Buffer.alloc(0);
  unanswered = 0;
  mostUnanswered = 0;
  /** Called before each PUT; may lose what was staged. */
  onPut: (disk: Disk, index: number) => void = () => undefined;
  #puts = 0;

  readonly answer = (operation: HubOperation, board: TestBoard): boolean => {
    const { rid, op } = operation;
    if (op !== 'put' && op !== 'end' && op !== 'get') return false;
    this.unanswered += 1;
    this.mostUnanswered = Math.max(this.mostUnanswered, this.unanswered);
    queueMicrotask(() => {
      this.unanswered -= 1;
      if (op === 'put') this.#put(operation, board);
      else if (op === 'end') this.#end(operation, board);
      else this.#get(operation, board, rid);
    });
    return true;
  };

  #put({ rid, offset, bytes }: Extract<HubOperation, { op: 'put' }>, board: TestBoard): void {
    this.onPut(this, this.#puts++);
    if (offset === 0) this.staging = Buffer.alloc(0);
    if (offset === this.staging.length) this.staging = Buffer.concat([this.staging, bytes]);
    board.sendPlaintext(packHeld(rid, this.staging.length));
  }

  #end({ rid, sha256, path }: Extract<HubOperation, { op: 'end' }>, board: TestBoard): void {
    if (createHash('sha256').update(this.staging).digest().compare(sha256) !== 0) {
      board.reply({ op: 'error', rid, code: 'hashMismatch', message: 'hash' });
      return;
    }
    this.files.set(path, this.staging);
    board.reply({ op: 'ok', rid, bytes: new Uint8Array(0) });
  }

  #get({ offset, count, path }: Extract<HubOperation, { op: 'get' }>, board: TestBoard, rid: number): void {
    const file = this.files.get(path);
    if (file) board.reply({ op: 'data', rid, bytes: file.subarray(offset, offset + count) });
    else board.reply({ op: 'error', rid, code: 'notFound', message: 'ENOENT' });
  }
}

async function rigOf(disk: Disk): Promise<Rig> {
  return new Rig({ onOperation: disk.answer }).open();
}

test('files of every size come over and back, with the window full and never over', async () => {
  const disk = new Disk();
  const { session } = await rigOf(disk);
  for (const size of [0, 1, 504, 505, 506, 1010, 20_000]) {
    const content = nodeCrypto.randomBytes(size);
    await putFile(session, nodeCrypto, `/f${size}`, content);
    expect(disk.files.get(`/f${size}`)?.equals(content), `${size} bytes to the board`).toBe(true);
    expect(Buffer.from(await getFile(session, `/f${size}`)).equals(content), `${size} bytes back`).toBe(true);
  }
  expect(disk.mostUnanswered).toBe(TRANSFER_WINDOW);
});

test('a file resumes where the board says, whatever it has lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 9_000 }),
      fc.array(fc.nat({ max: 40 }), { maxLength: 4 }),
      async (size, losses) => {
        const disk = new Disk();
        disk.onPut = (self, index) => {
          if (losses.includes(index)) self.staging = self.staging.subarray(0, self.staging.length >> 1);
        };
        const { session } = await rigOf(disk);
        const content = nodeCrypto.randomBytes(size);
        await putFile(session, nodeCrypto, '/f', content);
        expect(disk.files.get('/f')?.equals(content)).toBe(true);
      },
    ),
  );
});

test('a board that gets no further is given up with what it holds', async () => {
  const disk = new Disk();
  disk.onPut = (self) => {
    self.staging = self.staging.subarray(0, 100);
  };
  const { session } = await rigOf(disk);
  await expect(putFile(session, nodeCrypto, '/f', new Uint8Array(5_000))).rejects.toMatchObject({
    code: 'board_error',
    message: expect.stringContaining('of 5000 bytes and gets no further'),
  });
});

test('a refusal of END leaves the old file and is told in the board’s words', async () => {
  const disk = new Disk();
  const { session } = await rigOf(disk);
  await putFile(session, nodeCrypto, '/f', Buffer.from('old'));
  const lying = { sha256: () => new Uint8Array(32) };
  await expect(putFile(session, lying, '/f', Buffer.from('new'))).rejects.toMatchObject({
    code: 'board_error',
    message: 'esp8266-1 refused END /f: hash',
  });
  expect(disk.files.get('/f')?.toString()).toBe('old');
  await expect(getFile(session, '/none')).rejects.toMatchObject({ message: 'esp8266-1 refused GET /none: ENOENT' });
});

test('a path that does not fit is refused before anything is sent', async () => {
  const disk = new Disk();
  const { session, board } = await rigOf(disk);
  for (const path of ['', `/${'é'.repeat(240)}`]) {
    await expect(putFile(session, nodeCrypto, path, new Uint8Array(1))).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await expect(getFile(session, path)).rejects.toMatchObject({ code: 'invalid_input' });
  }
  expect(board.received).toHaveLength(1);
});

test('a link that breaks off in the middle rejects the transfer once', async () => {
  const rig = await rigOf(new Disk());
  const transfer = putFile(rig.session, nodeCrypto, '/f', new Uint8Array(50_000));
  const refused = expect(transfer).rejects.toMatchObject({ code: 'board_link_lost' });
  await settle();
  rig.session.socketClosed();
  await refused;
});
