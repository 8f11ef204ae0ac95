import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLOSE_PROTOCOL } from '#lib/protocol/frames.ts';
import { packOperation } from '#lib/protocol/operations.ts';
import { settle } from './fake-clock.fixture.ts';
import { Rig } from './session-rig.fixture.ts';

const NOTHING = new Uint8Array(0);

describe('an open session is closed with 4000 by', () => {
  const records = fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 5 });
  const at = fc.nat();

  async function expectClosed(send: (rig: Rig, sealed: readonly Uint8Array[]) => void, texts: readonly Uint8Array[]) {
    const rig = await new Rig().open();
    const sealed = texts.map((text) => rig.board.sealer!.seal(packOperation({ op: 'data', rid: 7, bytes: text })));
    send(rig, sealed);
    expect([rig.closeCode, rig.told.at(-1)]).toEqual([CLOSE_PROTOCOL, 'ended']);
    // Nothing moves it afterwards.
    for (const record of sealed) rig.session.receive(record);
    expect(rig.told.filter((what) => what === 'ended')).toHaveLength(1);
  }

  test('a flipped bit', () =>
    fc.assert(
      fc.asyncProperty(records, at, async (texts, n) => {
        await expectClosed((rig, [record]) => {
          const changed = Uint8Array.from(record!);
          changed[(n >> 3) % changed.length]! ^= 1 << (n & 7);
          rig.session.receive(changed);
        }, texts);
      }),
    ));

  test('a cut or an extension', () =>
    fc.assert(
      fc.asyncProperty(records, at, fc.boolean(), async (texts, n, isCut) => {
        await expectClosed((rig, [record]) => {
          rig.session.receive(isCut ? record!.subarray(0, n % record!.length) : new Uint8Array([...record!, n]));
        }, texts);
      }),
    ));

  test('a replay', () =>
    fc.assert(
      fc.asyncProperty(records, at, async (texts, n) => {
        await expectClosed((rig, sealed) => {
          for (const record of sealed) rig.session.receive(record);
          expect(rig.closeCode).toBeUndefined();
          rig.session.receive(sealed[n % sealed.length]!);
        }, texts);
      }),
    ));

  test('a reordering or an omission', () =>
    fc.assert(
      fc.asyncProperty(records, async (texts) => {
        await expectClosed((rig, sealed) => rig.session.receive(sealed[1]!), [...texts, NOTHING]);
      }),
    ));

  test('a reflection', () => expectClosed((rig) => rig.session.receive(rig.sent.at(-1)!), []));

  test('an operation that does not exist, in a good record', async () => {
    for (const plaintext of [
      NOTHING,
      Uint8Array.of(0x99, 0, 0),
      Uint8Array.of(0x01, 0, 0, 0, 0, 0, 0),
      Uint8Array.of(0x87, 0, 0),
    ]) {
      await expectClosed((rig) => rig.session.receive(rig.board.sealer!.seal(plaintext)), []);
    }
  });

  test('a text message', () => expectClosed((rig) => rig.session.receiveText(), []));

  test('a message over 4 KB', () => expectClosed((rig) => rig.session.receive(new Uint8Array(4097).fill(0x10)), []));
});

test('no sequence of messages, at any moment, throws or leaves a session that neither lives nor ends', async () => {
  type Move = (rig: Rig) => void | Promise<void>;
  const moves: readonly fc.Arbitrary<Move>[] = [
    fc.uint8Array({ maxLength: 120 }).map((bytes) => (rig) => rig.session.receive(bytes)),
    fc
      .constantFrom(1, 2, 3, 0x10)
      .chain((type) =>
        fc
          .constantFrom(36, 56, 65, 72, 81)
          .map((length) => (rig: Rig) => rig.session.receive(new Uint8Array(length).fill(type, 0, 1))),
      ),
    fc.uint8Array({ maxLength: 120 }).map((bytes) => (rig) => {
      if (rig.board.sealer) rig.session.receive(rig.board.sealer.seal(bytes));
    }),
    fc.constantFrom(0x81, 0x82, 0x83, 0x84, 0x85, 0x87, 0x88).chain((op) =>
      fc.uint8Array({ maxLength: 20 }).map((body) => (rig: Rig) => {
        if (rig.board.sealer) rig.session.receive(rig.board.sealer.seal(Uint8Array.of(op, 0, 1, ...body)));
      }),
    ),
    fc.constant((rig) => rig.board.connect()),
    fc.constant(async () => settle()),
    fc.nat({ max: 40_000 }).map((ms) => async (rig: Rig) => {
      await rig.clock.advance(ms);
      rig.session.check(rig.clock.now());
    }),
    fc.constant((rig) => {
      if (rig.session.state !== 'open') return;
      const operation = { op: 'put', rid: rig.session.newRid(), offset: 0, bytes: NOTHING } as const;
      rig.session.request(operation, { command: 'PUT', accepts: ['ok'], timeoutMs: 1_000 }).catch(() => undefined);
    }),
    fc
      .constantFrom('replaced', 'removed', 'stop', 'socket-closed')
      .map((input) => (rig: Rig) => rig.session.end(input)),
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(...moves), { maxLength: 30 }), fc.boolean(), async (sequence, startsOpen) => {
      const rig = new Rig();
      if (startsOpen) await rig.open();
      for (const move of sequence) await move(rig);
      await rig.clock.advance(120_000);
      rig.isDelivering = false;
      rig.session.check(rig.clock.now());
      rig.session.check(rig.clock.now() + 120_000);
      expect(rig.session.state).toBe('closed');
      expect(rig.told.filter((what) => what === 'ended')).toHaveLength(1);
      expect(rig.told.filter((what) => what.startsWith('failure'))).toEqual([]);
    }),
    { numRuns: 400 },
  );
});
