/** Sessions: proofs, first records, keep-alive, keys, endings and what a board does after them. */
import { expect, test } from 'vitest';
import { CLOSE_RECONNECT } from '#lib/protocol/frames.ts';
import type { Life } from './contract-suite.ts';
import { within } from './deadline.ts';
import { run } from './program.ts';

const INFO_RID = 0;

export function linkTests(life: Life): void {
  test('it connects, proves its key and says what it is', async () => {
    const link = await life.link();
    const { info } = await link.expect('info', INFO_RID);
    expect(info.plat).toMatch(life.target.platform);
    expect(info.boots).toBeGreaterThan(0);
    expect(info.fs[1]).toBeGreaterThan(info.fs[0]);
    expect(info.rec).toBeGreaterThanOrEqual(512);
    expect(info.slot).toBe('a');
    expect(info.job).toEqual([0, 'none', 0]);
    if (life.target.leastFreeBytes !== undefined) expect(info.mem).toBeGreaterThan(life.target.leastFreeBytes);
  });

  test('a hub that does not hold the key gets no proof', async () => {
    const refusal = life.hub.lieOnce();
    const next = await life.relink((link) => link.drop());
    expect(await refusal).toEqual({ sentProof: false });
    await next.expect('info', INFO_RID);
  });

  test('it answers PING', async () => {
    const link = await life.link();
    const rid = link.nextRid();
    link.send({ op: 'ping', rid });
    const pong = await link.expect('pong', rid);
    expect(pong.memFreeBytes).toBeGreaterThan(0);
  });

  test('a changed record ends the session, and it comes back', async () => {
    const link = await life.link();
    link.sendDamaged({ op: 'ping', rid: link.nextRid() });
    await within(link.closed, 'the end of a session with a changed record');
    await (await life.link()).expect('info', INFO_RID);
  });

  test('it comes back after a close and after a broken link', async () => {
    for (const end of ['close', 'drop'] as const) {
      const link = await life.relink((old) => (end === 'close' ? old.close(1001) : old.drop()));
      await link.expect('info', INFO_RID);
    }
  });

  test('BYE: it ends the session and comes back within the window', async () => {
    const next = await life.relink(async (link) => {
      link.send({ op: 'bye', rid: 0, windowS: 1 });
      await within(link.closed, 'the end of a session after BYE');
    });
    await next.expect('info', INFO_RID);
  });

  test('KEY: the next session proves the new key, and the old one is gone', async () => {
    const before = await life.link();
    const { epoch } = before.hello;
    const after = await life.relink(async (link) => {
      const rid = link.nextRid();
      link.send({ op: 'key', rid, ...life.hub.rotate(epoch) });
      await link.expect('ok', rid);
      link.close(CLOSE_RECONNECT);
    });
    expect(after.hello.epoch).toBe(epoch + 1);
    await after.expect('info', INFO_RID);
    life.hub.forget(epoch);
    const later = await life.relink((link) => link.drop());
    expect(later.hello.epoch).toBe(epoch + 1);
    await later.expect('info', INFO_RID);
  });

  test('a nonce is never used twice', async () => {
    const first = await life.link();
    const second = await life.relink((link) => link.drop());
    expect(Buffer.from(second.hello.nonce).equals(Buffer.from(first.hello.nonce))).toBe(false);
  });

  test('a reset keeps its files, its key and its count of starts', async () => {
    const link = await life.link();
    await run(link, "with open('/kept.txt', 'w') as f:\n    f.write('kept')");
    const [before, after] = await restart(life);
    expect(after.boots).toBe(before.boots + 1);
    const outcome = await run(await life.link(), "print(open('/kept.txt').read())");
    expect(outcome.output.trim()).toBe('kept');
  });

  test.runIf(life.target.canResetItself)('machine.reset() brings it back', async () => {
    const link = await life.link();
    const rid = link.nextRid();
    link.send({ op: 'exec', rid, job: 0, source: 'import machine\nmachine.reset()' });
    await within(link.closed, 'the end of the session of a board that resets');
    await (await life.link()).expect('info', INFO_RID);
  });
}

/** INFO before and after the reset button was pressed. */
export async function restart(life: Life) {
  const before = await (await life.relink((link) => link.drop())).expect('info', INFO_RID);
  const next = await life.relink(() => life.board.reset());
  return [before.info, (await next.expect('info', INFO_RID)).info] as const;
}
