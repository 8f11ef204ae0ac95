/** Programs on a board: EXEC, IN, INT, CREDIT and what comes back, on the 32-bit MicroPython in 38 KB. */
import { describe, expect, test } from 'vitest';
import type { BoardOperation } from '#lib/protocol/operations.ts';
import { untilTestEnds } from './disposal.fixture.ts';
import type { Peer } from './hub-peer.fixture.ts';
import { linkedBoard } from './linux-board.fixture.ts';

const textOf = (operation: BoardOperation): string =>
  operation.op === 'out' ? Buffer.from(operation.bytes).toString() : operation.op;

/** The text of the next OUT, without granting a credit for it. */
const nextOut = async (peer: Peer): Promise<string> => textOf(await peer.expect('out'));

describe('a program', () => {
  test('answers with its output, then with its end', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const { text, done } = await rig.peer.run("for i in range(3): print('line', i)");
    expect(text).toBe('line 0\nline 1\nline 2\n');
    expect(done).toMatchObject({ state: 'succeeded', status: 0, traceback: '', job: 0 });
  });

  test('has a namespace of its own, in which it is __main__', async () => {
    const rig = await untilTestEnds(linkedBoard());
    await rig.peer.run('x = 1');
    const { text, done } = await rig.peer.run('print(__name__)\nprint(x)');
    expect(text).toBe('__main__\n');
    expect(done.traceback).toMatch(/NameError/);
  });

  test('imports a file anew each time', async () => {
    const rig = await untilTestEnds(linkedBoard({ '/app/thing.py': 'print("loaded")' }));
    expect((await rig.peer.run('import thing')).text).toBe('loaded\n');
    expect((await rig.peer.run('import thing')).text).toBe('loaded\n');
  });

  test('that fails shows the traceback from its own first line on, and status 1', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const { done } = await rig.peer.run('def f():\n    1 / 0\nf()');
    expect(done).toMatchObject({ state: 'failed', status: 1 });
    expect(done.traceback).toBe(
      'Traceback (most recent call last):\n  File "<string>", line 3, in <module>\n' +
        '  File "<string>", line 2, in f\nZeroDivisionError: divide by zero\n',
    );
  });

  test('that does not compile is told so', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const { done } = await rig.peer.run('print(');
    expect(done).toMatchObject({ state: 'failed', status: 1 });
    expect(done.traceback).toMatch(/line \d\nSyntaxError/);
  });

  test('whose traceback is longer than a record keeps the end of it', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const { done } = await rig.peer.run('def f(n):\n    return f(n - 1) if n else {}[n]\nf(25)');
    expect(done.traceback.length).toBe(503);
    expect(done.traceback).toMatch(/in f\nKeyError: 0\n$/);
  });

  test.each([
    ['raise SystemExit', 'succeeded', 0],
    ['import sys; sys.exit(0)', 'succeeded', 0],
    ['import sys; sys.exit(3)', 'failed', 3],
    ['raise SystemExit(259)', 'failed', 3],
  ])('%s ends as %s with status %i, without traceback', async (source, state, status) => {
    const rig = await untilTestEnds(linkedBoard());
    expect((await rig.peer.run(source)).done).toMatchObject({ state, status, traceback: '' });
  });

  test('that leaves with a text says the text', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const { done } = await rig.peer.run("raise SystemExit('no sensor')");
    expect(done).toMatchObject({ state: 'failed', status: 1 });
    expect(done.traceback).toMatch(/SystemExit: no sensor\n$/);
  });

  test('that takes all memory fails, and the next one has it again', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const { done } = await rig.peer.run('a = []\nwhile True: a.append(bytearray(500))');
    expect(done).toMatchObject({ state: 'failed', status: 1 });
    expect(done.traceback).toMatch(/MemoryError/);
    expect((await rig.peer.run('print(len(bytearray(6000)))')).text).toBe('6000\n');
  });
});

describe('output', () => {
  test('comes while the program runs', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const program = await rig.peer.start("import time\nprint('first')\ntime.sleep(100)");
    await program.until('first\n');
    program.interrupt();
    expect((await program.end()).done.state).toBe('cancelled');
  });

  test('waits for credits, two at the start, and the hub is served meanwhile', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const program = await rig.peer.start("for i in range(40): print('%049d' % i)\nprint('end')");
    const first = (await nextOut(rig.peer)) + (await nextOut(rig.peer));
    expect(first.length).toBeLessThanOrEqual(1018);
    // A third OUT would come before this PONG.
    expect((await rig.peer.ping()).op).toBe('pong');
    program.credit(2);
    const { text } = await program.end();
    expect(first + text).toBe(
      `${Array.from({ length: 40 }, (_, i) => `${String(i).padStart(49, '0')}\n`).join('')}end\n`,
    );
  });

  test('of any size and kind of bytes arrives whole', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const { text } = await rig.peer.run("print('é' * 1000)\nprint('', end='')\nprint('z', 'y', sep='-')");
    expect(text).toBe(`${'é'.repeat(1000)}\nz-y\n`);
  });
});

describe('input', () => {
  test('reaches input(), line by line', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const program = await rig.peer.start("a = input('a? ')\nb = input('b? ')\nprint(a + b)");
    await program.until('a? ');
    program.type('one\ntwo\n');
    expect((await program.end()).text).toBe('a? b? onetwo\n');
  });

  test('without bytes is its end', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const program = await rig.peer.start('while True: print(input())');
    program.type('x\ny');
    program.type('');
    const { text, done } = await program.end();
    expect(text).toBe('x\ny\n');
    expect(done.traceback).toMatch(/EOFError/);
  });
});

describe('an interrupt ends', () => {
  test.each([
    ['a loop that does nothing', 'while True: pass'],
    ['a loop that allocates', 'while True: x = [1] * 20'],
    ['a sleep', 'import time\ntime.sleep(100)'],
    ['a loop of prints', 'while True: print(1234567890)'],
    ['a wait for input', 'input()'],
    ['a loop of sleeps', 'import time\nwhile True: time.sleep_ms(1)'],
  ])('%s', async (_, source) => {
    const rig = await untilTestEnds(linkedBoard());
    const program = await rig.peer.start(`print('go')\n${source}`);
    const out = await rig.peer.expect('out');
    expect(textOf(out)).toMatch(/^go\n/);
    program.credit(1);
    program.interrupt();
    const { done } = await program.end();
    expect(done).toMatchObject({ state: 'cancelled', status: 1 });
    expect(done.traceback).toMatch(/KeyboardInterrupt: \n$/);
    expect((await rig.peer.run("print('next')")).text).toBe('next\n');
  });

  test('a program that waits for credits which never come', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const program = await rig.peer.start('while True: print(1234567890)');
    await rig.peer.expect('out');
    await rig.peer.expect('out');
    program.interrupt();
    program.credit(1);
    expect((await program.end()).done.state).toBe('cancelled');
  });

  test('only what the program does not catch', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const program = await rig.peer.start(
      "print('go')\ntry:\n    while True: pass\nexcept KeyboardInterrupt: print('caught')",
    );
    await program.until('go\n');
    program.interrupt();
    const { text, done } = await program.end();
    expect(text).toBe('go\ncaught\n');
    expect(done.state).toBe('succeeded');
  });

  test('nothing when it comes twice, or when the program has ended', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const program = await rig.peer.start("print('go')\nwhile True: pass");
    await program.until('go\n');
    program.interrupt();
    program.interrupt();
    program.interrupt();
    expect((await program.end()).done.state).toBe('cancelled');
    program.interrupt();
    expect((await rig.peer.run("print('next')")).done.state).toBe('succeeded');
  });
});

describe('while a program runs', () => {
  test('PING is answered', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const program = await rig.peer.start("print('go')\nwhile True: pass");
    await program.until('go\n');
    for (let i = 0; i < 5; i++) expect((await rig.peer.ping()).memFreeBytes).toBeGreaterThan(10_000);
    program.interrupt();
    await program.end();
  });

  test('another one is refused as busy', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const program = await rig.peer.start("print('go')\nwhile True: pass");
    await program.until('go\n');
    rig.peer.send({ op: 'exec', rid: 77, job: 0, source: 'print(1)' });
    expect(await rig.peer.expect('error')).toMatchObject({ rid: 77, code: 'busy' });
    program.interrupt();
    await program.end();
  });

  test('files are served', async () => {
    const rig = await untilTestEnds(linkedBoard({ '/app/x.txt': 'some text' }));
    const program = await rig.peer.start("print('go')\nwhile True: pass");
    await program.until('go\n');
    rig.peer.send({ op: 'get', rid: 9, offset: 5, count: 100, path: '/app/x.txt' });
    expect(Buffer.from((await rig.peer.expect('data')).bytes).toString()).toBe('text');
    program.interrupt();
    await program.end();
  });
});

describe('a job', () => {
  test('is run once: asked for again it answers from the journal', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const first = await rig.peer.run("open('/app_ran', 'a').write('x')\nraise SystemExit(4)", 5);
    expect(first.done).toMatchObject({ job: 5, state: 'failed', status: 4 });
    rig.peer.send({ op: 'exec', rid: 50, job: 5, source: '' });
    expect(await rig.peer.expect('done')).toMatchObject({ rid: 50, job: 5, state: 'failed', status: 4 });
    expect((await rig.board.read('/app_ran')).toString()).toBe('x');
  });

  test('that still runs after a reconnect is attached to, under the new rid', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const first = await rig.peer.start("print('go')\nx = input()\nprint('got', x)", 6);
    await first.until('go\n');
    rig.peer.socket.close();
    const peer = await rig.board.link();
    peer.send({ op: 'exec', rid: 900, job: 6, source: '' });
    expect(await peer.expect('ok')).toMatchObject({ rid: 900 });
    peer.send({ op: 'input', rid: 900, bytes: Buffer.from('it\n') });
    expect(await peer.expect('out')).toMatchObject({ rid: 900 });
    expect(await peer.expect('done')).toMatchObject({ rid: 900, job: 6, state: 'succeeded' });
  });

  test('that ended without a link answers from the journal', async () => {
    const rig = await untilTestEnds(linkedBoard());
    await rig.peer.start("import time\ntime.sleep_ms(300)\nprint('lost')", 7);
    rig.peer.socket.terminate();
    const peer = await rig.board.link();
    for (;;) {
      const rid = peer.rid();
      peer.send({ op: 'exec', rid, job: 7, source: '' });
      const answer = await peer.next();
      if (answer.op === 'ok') expect((await peer.next()).rid).toBe(rid);
      else expect(answer).toMatchObject({ op: 'done', job: 7, state: 'succeeded' });
      if (answer.op !== 'ok') break;
    }
  });

  test('that the power cut off is told as interrupted', async () => {
    const rig = await untilTestEnds(linkedBoard());
    const program = await rig.peer.start("print('go')\nwhile True: pass", 8);
    await program.until('go\n');
    rig.board.kill();
    await rig.board.exited();
    rig.board.start();
    const peer = await rig.board.link();
    peer.send({ op: 'exec', rid: 80, job: 8, source: '' });
    expect(await peer.expect('done')).toMatchObject({ job: 8, state: 'interrupted' });
  });

  test('machine.reset() asks to be started again and is told as interrupted', async () => {
    const rig = await untilTestEnds(linkedBoard());
    rig.peer.send({ op: 'exec', rid: 1, job: 9, source: 'import machine; machine.reset()' });
    expect(await rig.board.exited()).toBe(3);
  });
});

describe('under /app/main.py', () => {
  const APP = "import time\nwhile True:\n    time.sleep_ms(5)\n    open('/ticks', 'a').close()\n";

  test('a program runs while the app pauses, with its output', async () => {
    const rig = await untilTestEnds(linkedBoard({ '/app/main.py': APP }));
    expect((await rig.peer.run("print('beside')\nprint('app')")).text).toBe('beside\napp\n');
    expect((await rig.peer.run('1/0')).done.traceback).toMatch(/ZeroDivisionError/);
  });

  test('a program that prints for ever is interrupted, and the app goes on', async () => {
    const rig = await untilTestEnds(linkedBoard({ '/app/main.py': APP }));
    const program = await rig.peer.start('while True: print(1234567890)');
    await rig.peer.expect('out');
    program.credit(2);
    program.interrupt();
    expect((await program.end()).done.state).toBe('cancelled');
    expect((await rig.peer.run("print('next')")).text).toBe('next\n');
    expect(rig.board.console).toBe('');
  });

  test('a program reads input', async () => {
    const rig = await untilTestEnds(linkedBoard({ '/app/main.py': APP }));
    const program = await rig.peer.start("print(input('? ') * 2)");
    await program.until('? ');
    program.type('ab\n');
    expect((await program.end()).text).toBe('? abab\n');
  });
});
