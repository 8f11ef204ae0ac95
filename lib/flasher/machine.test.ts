import { describe, expect, test } from 'vitest';
import { silence } from './board-talk.ts';
import { FAILURES, type FailureCode } from './failures.ts';
import { type FlashPlan, type FlashState, hasEnded, intentions } from './flash-state.ts';
import { again, begin, type FlashInput, step } from './machine.ts';
import { conditionText, noticeText, stageText } from './stage-texts.ts';

const chip = { name: 'ESP8266EX', mac: '5c:cf:7f:00:00:01', flashBytes: 4 << 20 };
const python = { version: '1.27.0', machine: 'ESP', mac: chip.mac, chipId: '01020300', freeBytes: 3_000_000 };
const clean: FlashPlan = { intention: 'clean', baud: 460_800 };
const HAPPY: readonly FlashInput[] = [
  { on: 'chip', facts: chip, baud: 460_800 },
  { on: 'image', packedBytes: 1000, nowMs: 0, hasRfData: true },
  { on: 'erased', packedBytes: 1000, nowMs: 0 },
  { on: 'progress', doneBytes: 500, nowMs: 1000 },
  { on: 'written' },
  { on: 'verified' },
  { on: 'python', facts: python },
  { on: 'identity', totalBytes: 100, nowMs: 0 },
  { on: 'progress', doneBytes: 100, nowMs: 10 },
  { on: 'provisioned', notices: ['main-kept'] },
  { on: 'said', talk: { ...silence, step: 'wifi' } },
  { on: 'online', ip: '192.0.2.7' },
];

/** Each state on the way, with what was to be done when it was entered. */
function walk(plan: FlashPlan, inputs: readonly FlashInput[]) {
  let { state, effects } = begin(plan);
  const way = [{ state, effects }];
  for (const input of inputs) {
    ({ state, effects } = step(state, input));
    way.push({ state, effects });
  }
  return way;
}

const lastOf = (inputs: readonly FlashInput[], plan = clean): FlashState => walk(plan, inputs).at(-1)!.state;
const everyState = walk(clean, HAPPY).map(({ state }) => state);
const running = everyState.filter((state) => !hasEnded(state));

describe('a clean install', () => {
  test('goes through its stages, one effect each', () => {
    expect(
      walk(clean, HAPPY).map(({ state, effects }) => [state.stage, effects.map((effect) => effect.do).join()]),
    ).toEqual([
      ['connecting', 'open-chip'],
      ['loading', 'load-image'],
      ['erasing', 'erase'],
      ['writing', 'write'],
      ['writing', ''],
      ['verifying', 'verify'],
      ['starting', 'start-python'],
      ['asking', 'ask-hub'],
      ['provisioning', 'provision'],
      ['provisioning', ''],
      ['joining', 'watch'],
      ['joining', ''],
      ['online', 'close'],
    ]);
  });

  test('carries what a screen needs to its end', () => {
    expect(lastOf(HAPPY)).toMatchObject({ chip, python, baud: 460_800, ip: '192.0.2.7', notices: ['main-kept'] });
  });

  test('an update erases nothing, a connection flashes nothing', () => {
    expect(lastOf(HAPPY.slice(0, 2), { intention: 'keep', baud: 115_200 })).toMatchObject({ stage: 'writing' });
    expect(begin({ intention: 'connect', baud: 115_200 })).toMatchObject({
      state: { stage: 'starting', board: 'untouched' },
      effects: [{ do: 'start-python', isFresh: false }],
    });
  });
});

describe('at every stage', () => {
  test.each(running.map((state) => [state.stage, state] as const))(
    '%s can be cancelled and says where',
    (stage, state) => {
      expect(step(state, { on: 'cancel' })).toMatchObject({
        state: { stage: 'cancelled', during: stage, board: state.board },
        effects: [{ do: 'close' }],
      });
    },
  );

  test.each(running.map((state) => [state.stage, state] as const))(
    '%s can fail, and the port is closed',
    (stage, state) => {
      expect(step(state, { on: 'failed', code: 'unplugged', detail: 'x' })).toMatchObject({
        state: { stage: 'failed', code: 'unplugged', during: stage, detail: 'x' },
        effects: [{ do: 'close' }],
      });
    },
  );

  test('what comes after the end changes nothing', () => {
    const online = lastOf(HAPPY);
    for (const input of [...HAPPY, { on: 'cancel' } as const])
      expect(step(online, input)).toEqual({ state: online, effects: [] });
  });

  test('has a sentence', () => {
    for (const state of everyState) expect(stageText(state)).toMatch(/^[A-Z].*\.$/);
    for (const board of ['untouched', 'in-loader', 'half-written', 'micropython', 'provisioned'] as const) {
      expect(conditionText(board)).toMatch(/^[A-Z].*\.$/);
    }
    for (const notice of ['slower', 'no-rf-data', 'main-kept', 'boot-kept'] as const) {
      expect(noticeText(notice)).toMatch(/\.$/);
    }
  });

  test('every failure has two sentences', () => {
    for (const [code, { sentence, next }] of Object.entries(FAILURES)) {
      expect([code, sentence, next]).toEqual([
        code,
        expect.stringMatching(/^[A-Z].*\.$/),
        expect.stringMatching(/\.$/),
      ]);
    }
  });
});

describe('a link that breaks', () => {
  const broken: FlashInput = { on: 'failed', code: 'chip_link_broken', detail: 'silence' };

  test.each([0, 1, 2, 3, 5])('at a high speed begins again at 115200, once (after %i steps)', (steps) => {
    const before = lastOf(HAPPY.slice(0, steps));
    const slower = step(before, broken);
    expect(slower).toMatchObject({
      state: { stage: 'connecting', baud: 115_200, notices: ['slower'], board: before.board },
      effects: [{ do: 'open-chip', baud: 115_200 }],
    });
    expect(step(slower.state, broken).state).toMatchObject({ stage: 'failed', code: 'chip_link_broken' });
  });

  test('at 115200 it is a failure', () => {
    expect(lastOf([broken], { intention: 'clean', baud: 115_200 })).toMatchObject({ stage: 'failed' });
  });

  test('a chip that did not follow is a notice', () => {
    expect(lastOf([{ on: 'chip', facts: chip, baud: 115_200 }])).toMatchObject({ baud: 115_200, notices: ['slower'] });
  });
});

describe('try again', () => {
  const failedAfter = (steps: number, code: FailureCode): FlashState =>
    lastOf([...HAPPY.slice(0, steps), { on: 'failed', code, detail: '' }]);

  test('does not flash a board twice whose Wi-Fi was wrong', () => {
    expect(again(failedAfter(10, 'wifi_wrong_password')).state.plan.intention).toBe('connect');
  });

  test.each(intentions)('flashes a half-written board, if that was the wish (%s)', (intention) => {
    expect(again(failedAfter(3, 'unplugged'), { intention, baud: 115_200 }).state.plan.intention).toBe(intention);
  });

  test('flashes a board that did not start, in another mode', () => {
    const plan = { ...clean, flashMode: 'dio' } as const;
    expect(again(failedAfter(6, 'no_start'), plan).effects).toEqual([{ do: 'open-chip', baud: 460_800 }]);
  });
});
