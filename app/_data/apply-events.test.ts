import { describe, expect, it } from 'vitest';
import { type Board, boardIdSchema, jobIdSchema, type Run } from '#lib/api/schema.ts';
import { applyToBoard, applyToBoards, applyToJob, hasNewJob, type LiveEvent } from './apply-events.ts';

const idOf = (digit: string) => boardIdSchema.parse(digit.repeat(32));
const jobId = jobIdSchema.parse('job_0123456789abcdef');

function board(digit: string, memFreeBytes: number): Board {
  const at = '2026-01-01T00:00:00.000Z';
  return {
    id: idOf(digit),
    name: `esp8266-${digit}`,
    platform: null,
    firmware: null,
    machine: null,
    state: 'online',
    stateSince: at,
    lastSeenAt: at,
    memFreeBytes,
    fsFreeBytes: null,
    fsTotalBytes: null,
    rssiDbm: null,
    uptimeS: null,
    chipId: null,
    clientVersion: null,
    resetCause: null,
    boots: null,
    safeMode: false,
    safeModeReason: null,
    virtual: true,
    address: null,
    createdAt: at,
  };
}

const changed = (value: Board): LiveEvent => ({ type: 'board.changed', data: { board: value } });
const removed = (digit: string): LiveEvent => ({ type: 'board.removed', data: { boardId: idOf(digit) } });

describe('applyToBoards', () => {
  const list = { boards: [board('1', 1), board('2', 2)], eventId: 'a-1' };

  it('replaces, removes and adds, and keeps the order of the rest', () => {
    const next = applyToBoards(list, [changed(board('2', 9)), removed('1'), changed(board('3', 3))]);
    expect(next.boards.map((each) => [each.name, each.memFreeBytes])).toEqual([
      ['esp8266-2', 9],
      ['esp8266-3', 3],
    ]);
  });
  it('does not bring a removed board back', () => {
    expect(applyToBoards(list, [changed(board('1', 5)), removed('1')]).boards).toHaveLength(1);
  });
  it('is the same object when nothing concerns boards', () => {
    expect(applyToBoards(list, [{ type: 'job.created', data: { jobId, boardIds: [] } }])).toBe(list);
  });
});

describe('applyToBoard', () => {
  it('follows its own board only', () => {
    expect(applyToBoard(board('1', 1), idOf('1'), [changed(board('2', 7)), changed(board('1', 8))])?.memFreeBytes).toBe(
      8,
    );
  });
  it('is null once removed', () => expect(applyToBoard(board('1', 1), idOf('1'), [removed('1')])).toBeNull());
});

describe('applyToJob', () => {
  const run: Run = {
    boardId: idOf('1'),
    boardName: 'esp8266-1',
    state: 'running',
    queuedAt: '2026-01-01T00:00:00.000Z',
    startedAt: null,
    endedAt: null,
    exit: null,
    traceback: null,
    reason: null,
    outputBytes: 0,
  };
  it('replaces the run of the board that changed', () => {
    const next = applyToJob({ id: jobId, runs: [run] }, [
      { type: 'run.changed', data: { jobId, run: { ...run, state: 'failed' } } },
    ]);
    expect(next.runs[0]?.state).toBe('failed');
  });
});

it('sees a new job of a board', () => {
  expect(hasNewJob(idOf('1'), [{ type: 'job.created', data: { jobId, boardIds: [idOf('1')] } }])).toBe(true);
  expect(hasNewJob(idOf('2'), [{ type: 'job.created', data: { jobId, boardIds: [idOf('1')] } }])).toBe(false);
});
