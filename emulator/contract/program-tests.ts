/** EXEC and what goes with it: output under credits, input, interruption, the end of a program, the journal. */
import { expect, test } from 'vitest';
import { START_CREDITS } from '#lib/protocol/frames.ts';
import type { Life } from './contract-suite.ts';
import { restart } from './link-tests.ts';
import { run, start } from './program.ts';

export function programTests(life: Life): void {
  outcomeTests(life);
  liveTests(life);
  journalTests(life);
}

function outcomeTests(life: Life): void {
  test('a program’s output comes back, and that it succeeded', async () => {
    const outcome = await run(await life.link(), "print('hello')\nfor i in range(3): print(i, end=' ')");
    expect(lines(outcome.output)).toEqual(['hello', '0 1 2']);
    expect(outcome).toMatchObject({ state: 'succeeded', status: 0, traceback: '' });
  });

  test('an exception comes back as a traceback', async () => {
    const outcome = await run(
      await life.link(),
      "def inner():\n    raise ValueError('not today')\nprint('before')\ninner()",
    );
    expect(outcome).toMatchObject({ state: 'failed', status: 1 });
    expect(lines(outcome.output)).toEqual(['before']);
    expect(outcome.traceback).toMatch(/^Traceback \(most recent call last\):/);
    expect(outcome.traceback).toMatch(/line 2, in inner/);
    expect(outcome.traceback.trim()).toMatch(/ValueError: not today$/);
  });

  test('a program that is no Python says where', async () => {
    const outcome = await run(await life.link(), 'print(1)\nif True print(2)');
    expect(outcome.state).toBe('failed');
    expect(outcome.traceback).toMatch(/line 2[\s\S]*SyntaxError/);
  });

  test.each([
    ['sys.exit()', 'succeeded', 0],
    ['sys.exit(0)', 'succeeded', 0],
    ['sys.exit(7)', 'failed', 7],
    ["raise SystemExit('no')", 'failed', 1],
  ])('%s ends it as %s with %i', async (source, state, status) => {
    const outcome = await run(await life.link(), `import sys\nprint('x')\n${source}\nprint('y')`);
    expect(outcome).toMatchObject({ state, status });
    expect(lines(outcome.output)).toEqual(['x']);
  });

  test('every program has a fresh namespace and is __main__', async () => {
    await run(await life.link(), 'left_over = 1');
    const outcome = await run(await life.link(), "print(__name__, 'left_over' in globals())");
    expect(lines(outcome.output)).toEqual(['__main__ False']);
  });

  test('a program that fills the memory fails alone', async () => {
    const link = await life.link();
    const outcome = await run(link, 'kept = []\nwhile True: kept.append(bytearray(500))');
    expect(outcome.state).toBe('failed');
    expect(outcome.traceback).toMatch(/MemoryError/);
    expect(lines((await run(link, "print('alive')")).output)).toEqual(['alive']);
  });

  test('a hundred programs leave the free memory as it was', async () => {
    const link = await life.link();
    const free = async () => Number((await run(link, 'import gc\ngc.collect()\nprint(gc.mem_free())')).output);
    const before = await free();
    for (let index = 0; index < 100; index++)
      expect((await run(link, `print(${index})`)).output.trim()).toBe(`${index}`);
    expect(await free()).toBeGreaterThan(before - 512);
  });
}

function liveTests(life: Life): void {
  test('output comes while the program runs, and input reaches it', async () => {
    const program = await start(await life.link(), "print('name?')\nprint('hello', input())");
    await program.sees('name?');
    program.input('ada\n');
    const outcome = await program.ended();
    expect(outcome.output).toMatch(/hello ada/);
    expect(outcome.state).toBe('succeeded');
  });

  test('no OUT is sent without a credit, and one for each', async () => {
    const link = await life.link();
    const rid = link.nextRid();
    link.send({ op: 'exec', rid, job: 0, source: "for i in range(400): print('0123456789')" });
    await link.expect('ok', rid);
    for (let credits = START_CREDITS; credits < START_CREDITS + 3; credits++) {
      const ping = link.nextRid();
      // The first ping lets the board fill its records; what it may send comes before the answer to the second.
      for (const each of [ping, link.nextRid(), link.nextRid()]) {
        link.send({ op: 'ping', rid: each });
        await link.expect('pong', each);
      }
      expect(link.countOut(rid)).toBeLessThanOrEqual(credits);
      link.send({ op: 'credit', rid, count: 1 });
    }
    let length = 0;
    for (;;) {
      const next = await link.expectProgress(rid);
      if (next.op !== 'out') break;
      length += Buffer.from(next.bytes).toString().replaceAll('\r', '').length;
      link.send({ op: 'credit', rid, count: 1 });
    }
    expect(length).toBe(400 * 11);
  });

  test('20 KB of output arrive whole and in order', async () => {
    const outcome = await run(await life.link(), "for i in range(1000): print('line', i, '........')");
    expect(lines(outcome.output)).toEqual(Array.from({ length: 1000 }, (_, index) => `line ${index} ........`));
  });

  test.each([
    ['a loop that does nothing', 'while True: pass'],
    ['a loop that counts', 'i = 0\nwhile True: i += 1'],
    ['a sleep', 'import time\ntime.sleep(3600)'],
    ['a loop that prints', "while True: print('again')"],
    ['a wait for input', 'input()'],
  ])('INT stops %s', async (_, source) => {
    const program = await start(await life.link(), `print('begun')\n${source}`);
    await program.sees('begun');
    program.interrupt();
    expect(await program.ended()).toMatchObject({ state: 'cancelled' });
  });

  test('a program may catch the interrupt and go on', async () => {
    const source = "try:\n    print('begun')\n    while True: pass\nexcept KeyboardInterrupt:\n    print('caught')";
    const program = await start(await life.link(), source);
    await program.sees('begun');
    program.interrupt();
    const outcome = await program.ended();
    expect(outcome).toMatchObject({ state: 'succeeded' });
    expect(outcome.output).toMatch(/caught/);
  });

  test('PING is answered, and a second EXEC refused, while a program runs', async () => {
    const link = await life.link();
    const program = await start(link, "print('begun')\nwhile True: pass");
    await program.sees('begun');
    const ping = link.nextRid();
    link.send({ op: 'ping', rid: ping });
    await link.expect('pong', ping);
    const second = link.nextRid();
    link.send({ op: 'exec', rid: second, job: 0, source: 'print(1)' });
    expect(await link.expect('error', second)).toMatchObject({ code: 'busy' });
    program.interrupt();
    await program.ended();
  });
}

function journalTests(life: Life): void {
  const counting =
    "try: n = int(open('/count').read())\nexcept OSError: n = 0\nopen('/count', 'w').write(str(n + 1))\nprint(n)";

  test('a job that has ended is not run again: its end is told from the journal', async () => {
    const link = await life.link();
    expect((await run(link, counting, 5)).job).toBe(5);
    const rid = link.nextRid();
    link.send({ op: 'exec', rid, job: 5, source: counting });
    expect(await link.expect('done', rid)).toMatchObject({ job: 5, state: 'succeeded', status: 0 });
    const check = await run(link, "print(open('/count').read())");
    expect(check.output.trim()).toBe('1');
  });

  test('a job goes on without the link, and the next session can attach to it', async () => {
    const source = "print('begun')\nline = input()\nprint('got', line)";
    const program = await start(await life.link(), source, 6);
    await program.sees('begun');
    const link = await life.relink((old) => old.drop());
    const { info } = await link.expect('info', 0);
    expect(info.run).toBe(6);
    const again = await start(link, source, 6);
    again.input('more\n');
    const outcome = await again.ended();
    expect(outcome).toMatchObject({ state: 'succeeded', job: 6 });
    expect(outcome.output).toMatch(/got more/);
  });

  const cut = life.target.hasResetButton ? test : test.skip;
  const needs = life.target.hasResetButton ? '' : ' (needs a hand on the reset button of this board)';
  cut(`a job that a reset has cut is interrupted, and not run again${needs}`, async () => {
    const link = await life.link();
    const program = await start(link, "print('begun')\nwhile True: pass", 7);
    await program.sees('begun');
    const [, after] = await restart(life);
    expect(after.job).toEqual([7, 'interrupted', 0]);
    const next = await life.link();
    const rid = next.nextRid();
    next.send({ op: 'exec', rid, job: 7, source: "print('again')" });
    expect(await next.expect('done', rid)).toMatchObject({ job: 7, state: 'interrupted' });
  });
}

function lines(output: string): string[] {
  return output
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}
