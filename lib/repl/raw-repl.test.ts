import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { deadlineIn } from './byte-stream.ts';
import { RawRepl } from './raw-repl.ts';
import { ScriptedBoard } from './scripted-board.fixture.ts';

const PASTE = '\x05A\x01';
const BANNER = 'raw REPL; CTRL-B to exit\r\n>';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('entering', () => {
  test('a board that prints without end is given up at the deadline, not later', async () => {
    const board = new ScriptedBoard(() => undefined);
    const noise = setInterval(() => board.say('noise\r\n'), 10);
    const entered = new RawRepl(board).enter({ deadline: deadlineIn(2000), softReset: false });
    const outcome = expect(entered).rejects.toMatchObject({
      code: 'repl_silent',
      detail: expect.stringContaining('noise'),
    });
    await vi.advanceTimersByTimeAsync(2700);
    await outcome;
    clearInterval(noise);
  });

  test('a board that misses the first knocks hears a later one', async () => {
    let knocks = 0;
    const board = new ScriptedBoard((sent) => (sent.endsWith('\r\x01') && ++knocks === 3 ? BANNER : undefined));
    const entered = new RawRepl(board).enter({ deadline: deadlineIn(5000), softReset: false });
    await vi.advanceTimersByTimeAsync(2000);
    await entered;
    expect(knocks).toBe(3);
  });

  test('a boot.py that loops is interrupted after the soft reset', async () => {
    const board = new ScriptedBoard((sent) => {
      if (sent.endsWith('\r\x01')) return BANNER;
      if (sent === '\x04') return 'OK\r\nMPY: soft reboot\r\nlooping';
      return sent === '\x03' ? `KeyboardInterrupt:\r\n${BANNER}` : undefined;
    });
    const entered = new RawRepl(board).enter({ deadline: deadlineIn(10_000), softReset: true });
    await vi.advanceTimersByTimeAsync(3000);
    await entered;
  });

  test('the end of the line ends the wait', async () => {
    const board = new ScriptedBoard(() => undefined);
    const entered = new RawRepl(board).enter({ deadline: deadlineIn(60_000), softReset: false });
    const outcome = expect(entered).rejects.toThrow('unplugged');
    await vi.advanceTimersByTimeAsync(0);
    board.end(new Error('unplugged'));
    await outcome;
  });
});

describe('handing over text', () => {
  const ends = (sent: string): string | undefined => (sent.endsWith('\x04') ? '\x04out\x04\x04>' : undefined);

  test('waits for the window of the board', async () => {
    let taken = 0;
    const board = new ScriptedBoard((sent) => {
      if (sent === PASTE) return 'R\x01\x08\x00\x01';
      if (sent.endsWith('\x04')) return '\x04out\x04\x04>';
      if (sent.length < 8) return undefined;
      taken += sent.length;
      return '\x01'.repeat(sent.length / 8);
    });
    expect(await new RawRepl(board).run('x'.repeat(40))).toBe('out');
    expect(taken).toBe(40);
  });

  test.each([
    ['knows of raw paste but cannot', 'R\x00'],
    ['is older than raw paste', `ra${BANNER.slice(2)}`],
  ])('goes in small pieces to firmware that %s', async (_, answer) => {
    const board = new ScriptedBoard((sent) => {
      if (sent === PASTE) return answer;
      return sent.endsWith('\x04') ? 'OKout\x04\x04>' : undefined;
    });
    const repl = new RawRepl(board);
    const run = repl.run('y'.repeat(300));
    await vi.advanceTimersByTimeAsync(1000);
    expect(await run).toBe('out');
    const again = repl.run('z');
    await vi.advanceTimersByTimeAsync(1000);
    expect(await again).toBe('out');
    expect(board.all.split(PASTE).length - 1).toBe(1);
  });

  test('a board that breaks off is answered and reported', async () => {
    const board = new ScriptedBoard((sent) => {
      if (sent === PASTE) return 'R\x01\x04\x00\x01';
      return sent.length === 8 ? '\x04' : ends(sent);
    });
    await expect(new RawRepl(board).run('x'.repeat(40))).rejects.toMatchObject({ code: 'repl_confused' });
    expect(board.all.endsWith('\x04')).toBe(true);
  });

  test('another answer than that of a REPL is told', async () => {
    const board = new ScriptedBoard((sent) => (sent === PASTE ? '??' : undefined));
    await expect(new RawRepl(board).run('1')).rejects.toMatchObject({ code: 'repl_confused', detail: '??' });
  });
});
