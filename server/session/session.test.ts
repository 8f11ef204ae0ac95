import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '#lib/node/crypto.ts';
import { CLOSE_PROTOCOL, CLOSE_RECONNECT, CLOSE_SILENT, M1_BYTES, M2_BYTES } from '#lib/protocol/frames.ts';
import { packM1 } from '#lib/protocol/handshake.ts';
import { settle } from './fake-clock.fixture.ts';
import { MAX_SEND_BUFFER_BYTES, type Session } from './session.ts';
import { BOARD_ID, BOARD_ID_BYTES, KEY, Rig } from './session-rig.fixture.ts';

const NOTHING = new Uint8Array(0);
const m1 = (boardId = BOARD_ID_BYTES, epoch = 1) => packM1({ boardId, epoch, nonce: nodeCrypto.randomBytes(32) });
const put = (session: Session, timeoutMs = 1_000) =>
  session.request(
    { op: 'put', rid: session.newRid(), offset: 0, bytes: NOTHING },
    { command: 'PUT /a', accepts: ['ok'], timeoutMs },
  );

test('M1 to INFO opens the session; WELCOME is the hub’s first record', async () => {
  const rig = await new Rig().open();
  expect(rig.told).toEqual(['authenticated', 'opened']);
  expect([rig.session.state, rig.session.boardId, rig.session.info?.chip]).toEqual(['open', BOARD_ID, 'a1b2c3']);
  expect(rig.sent[0]).toHaveLength(M2_BYTES);
  expect(rig.board.received.map((operation) => operation.op)).toEqual(['welcome']);
});

describe('before authentication', () => {
  test('a wrong key, an unknown board and an old epoch look the same from outside', async () => {
    const attempts = {
      'wrong key': m1(),
      'unknown board': m1(new Uint8Array(16).fill(9)),
      'old epoch': m1(BOARD_ID_BYTES, 0),
    };
    for (const [name, hello] of Object.entries(attempts)) {
      const rig = new Rig();
      rig.isDelivering = false;
      rig.session.receive(hello);
      await settle();
      expect(rig.session.state, name).toBe('awaiting-proof');
      rig.session.receive(Uint8Array.of(3, 0, 0, 0, ...nodeCrypto.randomBytes(32)));
      await settle();
      expect(
        rig.sent.map((message) => message.length),
        name,
      ).toEqual([M2_BYTES]);
      expect(rig.sent[0]!.subarray(0, 8), name).toEqual(Uint8Array.of(2, 1, 1, 0, ...hello.subarray(20, 24)));
      expect([rig.closeCode, rig.end], name).toEqual([
        CLOSE_PROTOCOL,
        { closeCode: CLOSE_PROTOCOL, wasAuthenticated: false, wasOpen: false },
      ]);
      expect(rig.keys.calls, name).toEqual(['find']);
    }
  });

  test('a decoy is not the key of the board it stands for', async () => {
    const rig = new Rig({ epoch: 7 });
    await rig.open();
    expect(rig.board.sealer).toBeUndefined();
    expect(rig.told).toEqual([]);
  });

  test('what is longer than M1, not M1, or text, closes at once', () => {
    const first = [
      new Uint8Array(M1_BYTES + 1).fill(1),
      NOTHING,
      Uint8Array.of(0x10),
      m1().subarray(1),
      new Uint8Array(36),
    ];
    for (const message of first) {
      const rig = new Rig();
      rig.session.receive(message);
      expect([rig.closeCode, rig.sent]).toEqual([CLOSE_PROTOCOL, []]);
    }
    const rig = new Rig();
    rig.session.receiveText();
    expect(rig.closeCode).toBe(CLOSE_PROTOCOL);
  });

  test('a second M1 closes, while the key is looked up and after', async () => {
    for (const wait of [async () => undefined, settle]) {
      const rig = new Rig();
      rig.isDelivering = false;
      rig.session.receive(m1());
      await wait();
      rig.session.receive(m1());
      expect(rig.closeCode).toBe(CLOSE_PROTOCOL);
      await settle();
    }
  });

  test('ten seconds are the time to authenticate, INFO included', async () => {
    for (const stage of ['nothing', 'M1', 'M3'] as const) {
      const rig = new Rig({ onOperation: () => true });
      rig.isDelivering = stage === 'M3';
      if (stage !== 'nothing') await rig.open();
      rig.session.check(rig.clock.now() + 9_999);
      expect(rig.closeCode, stage).toBeUndefined();
      rig.session.check(rig.clock.now() + 10_000);
      expect(rig.closeCode, stage).toBe(CLOSE_PROTOCOL);
    }
  });

  test('an operation before INFO closes', async () => {
    const rig = new Rig({
      onOperation(operation, board) {
        if (operation.op === 'welcome') board.reply({ op: 'out', rid: 1, bytes: NOTHING });
        return true;
      },
    });
    await rig.open();
    expect([rig.closeCode, rig.end?.wasAuthenticated, rig.end?.wasOpen]).toEqual([CLOSE_PROTOCOL, true, false]);
  });

  test('a key store that fails closes the session and is told to the log, not to the board', async () => {
    const rig = new Rig();
    rig.keys.isBroken = true;
    await rig.open();
    expect([rig.closeCode, rig.told]).toEqual([1011, ['failure: The disk is gone.', 'ended']]);
  });

  test('a socket that closes while its key is looked up ends quietly', async () => {
    const rig = new Rig();
    rig.board.connect();
    rig.session.socketClosed();
    await settle();
    expect([rig.told, rig.sent, rig.closeCode]).toEqual([['ended'], [], undefined]);
  });
});

describe('keys', () => {
  test('a single-use key is changed before the session opens: on disk first, then KEY, then 4002', async () => {
    const rig = new Rig();
    rig.keys.ring = { current: { epoch: 1, key: KEY }, next: undefined, singleUse: true };
    await rig.open();
    expect(rig.keys.calls).toEqual(['find', 'save 2']);
    expect(rig.board.next).toEqual(rig.keys.ring.next);
    expect([rig.closeCode, rig.told]).toEqual([CLOSE_RECONNECT, ['authenticated', 'ended']]);
  });

  test('KEY is not sent when its key cannot be stored', async () => {
    const rig = new Rig();
    rig.keys.ring = { current: { epoch: 1, key: KEY }, next: undefined, singleUse: true };
    rig.keys.saveNextKey = async () => {
      throw new Error('The disk is full.');
    };
    await rig.open();
    expect(rig.board.received.map((operation) => operation.op)).toEqual(['welcome']);
    expect(rig.closeCode).toBe(1011);
  });

  test('the next key is confirmed by its first handshake; until then the current one is good, too', async () => {
    const next = { epoch: 2, key: nodeCrypto.randomBytes(32) };
    const rig = new Rig({ epoch: 2, key: next.key });
    rig.keys.ring = { current: { epoch: 1, key: KEY }, next, singleUse: true };
    await rig.open();
    expect([rig.keys.calls, rig.session.state]).toEqual([['find', 'confirm 2'], 'open']);
  });

  test('a board that comes back with the current key, though a next one was made, is given another', async () => {
    const rig = new Rig();
    rig.keys.ring = { current: { epoch: 1, key: KEY }, next: { epoch: 2, key: KEY }, singleUse: false };
    await rig.open();
    expect([rig.keys.calls, rig.closeCode, rig.board.next?.epoch]).toEqual([['find', 'save 2'], CLOSE_RECONNECT, 2]);
  });

  test('a board that cannot keep a next key is used with the one it has', async () => {
    const rig = new Rig({
      onOperation(operation, board) {
        if (operation.op === 'key')
          board.reply({ op: 'error', rid: operation.rid, code: 'noSpace', message: 'flash full' });
        return operation.op === 'key';
      },
    });
    rig.keys.ring = { current: { epoch: 1, key: KEY }, next: undefined, singleUse: true };
    await rig.open();
    expect(rig.session.state).toBe('open');
    expect(rig.told).toEqual(['authenticated', 'failure: esp8266-1 refused KEY: flash full', 'opened']);
  });
});

describe('replies', () => {
  test('a deadline names the board, the command and the milliseconds', async () => {
    const { session, clock } = await new Rig().open();
    const reply = put(session, 1_500);
    const refused = expect(reply).rejects.toMatchObject({
      code: 'board_timeout',
      message: 'esp8266-1 did not answer PUT /a within 1500 ms.',
    });
    await clock.advance(1_500);
    await refused;
    expect(clock.timers).toBe(0);
  });

  test('closing rejects all and leaves no timer', async () => {
    const { session, clock } = await new Rig().open();
    const replies = [put(session), put(session), put(session)];
    session.end('stop');
    for (const reply of replies) await expect(reply).rejects.toMatchObject({ code: 'board_link_lost' });
    await expect(put(session)).rejects.toMatchObject({ code: 'board_link_lost' });
    expect(clock.timers).toBe(0);
  });

  test('a late or unknown reply is dropped, one of the wrong kind closes', async () => {
    const rig = await new Rig().open();
    rig.board.reply({ op: 'ok', rid: 500, bytes: NOTHING });
    expect(rig.closeCode).toBeUndefined();
    const reply = put(rig.session);
    const refused = expect(reply).rejects.toMatchObject({ code: 'board_link_lost' });
    rig.board.reply({ op: 'data', rid: 1, bytes: NOTHING });
    expect(rig.closeCode).toBe(CLOSE_PROTOCOL);
    await refused;
  });

  test('a refusal has the board’s own words', async () => {
    const rig = await new Rig().open();
    for (const [code, expected] of [
      ['busy', 'board_busy'],
      ['noSpace', 'board_error'],
    ] as const) {
      const rid = rig.session.newRid();
      const reply = rig.session.request({ op: 'ping', rid }, { command: 'PING', accepts: ['ok'], timeoutMs: 9 });
      rig.board.reply({ op: 'error', rid, code, message: '28 OSError' });
      await expect(reply).rejects.toMatchObject({ code: expected, message: 'esp8266-1 refused PING: 28 OSError' });
    }
  });

  test('a request number is not used again while its reply is awaited', async () => {
    const { session } = await new Rig().open();
    put(session).catch(() => undefined);
    const rids = new Set(Array.from({ length: 65_534 }, () => session.newRid()));
    expect([rids.size, rids.has(1), rids.has(0)]).toEqual([65_534, false, false]);
    session.end('stop');
  });
});

describe('liveness', () => {
  test('PING soon and then every 25 s; 60 s without a record end the session', async () => {
    const rig = await new Rig().open();
    const start = rig.clock.now();
    for (let second = 1; second <= 120; second++) {
      await rig.clock.advance(1_000);
      rig.session.check(rig.clock.now());
      await settle();
    }
    expect(rig.told.filter((what) => what === 'pong')).toHaveLength(5);
    expect(rig.session.lastHeardAt).toBeGreaterThan(start + 95_000);
    rig.isDelivering = false;
    rig.session.check(rig.session.lastHeardAt + 59_999);
    expect(rig.closeCode).toBeUndefined();
    rig.session.check(rig.session.lastHeardAt + 60_000);
    expect(rig.closeCode).toBe(CLOSE_SILENT);
  });

  test('a board that does not read is given up', async () => {
    const rig = await new Rig().open();
    rig.buffered = MAX_SEND_BUFFER_BYTES + 1;
    rig.session.send({ op: 'ping', rid: 1 });
    expect(rig.closeCode).toBe(CLOSE_SILENT);
  });
});
