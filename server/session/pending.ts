/** The one way in which a reply of a board is awaited: by the number of its request, of a named kind, until a deadline. */
import { AppError, type ErrorCode } from '#lib/errors.ts';
import type { BoardErrorName } from '#lib/protocol/frames.ts';
import type { BoardOperation } from '#lib/protocol/operations.ts';
import type { SessionClock } from './ports.ts';

export type Reply = Extract<BoardOperation, { op: 'ok' | 'error' | 'data' | 'done' }>;

export interface Expectation<Op extends Reply['op']> {
  /** What the board was asked to do, for messages: `EXEC`, `GET /boot.py`. */
  readonly command: string;
  /** Kinds of reply; ERR always comes as a rejection. */
  readonly accepts: readonly Op[];
  readonly timeoutMs: number;
  /**
   * Called for an OK that comes before the reply; from then on there is no deadline. Both may arrive within one turn of the
   * event loop, so the second cannot be awaited after the first.
   */
  readonly onStarted?: () => void;
}

interface Waiter {
  readonly command: string;
  /** False when the reply is of another kind. */
  readonly take: (reply: Reply) => boolean;
  readonly reject: (error: AppError) => void;
  readonly cancelDeadline: () => void;
  onStarted: (() => void) | undefined;
}

/** Errors of a board that have a code of their own; the others are board_error. */
const ERROR_CODES: Partial<Record<BoardErrorName, ErrorCode>> = { busy: 'board_busy' };

/** A refusal in the board's own words. */
export interface BoardRefusal extends AppError {
  readonly boardError: BoardErrorName;
}

export function boardErrorOf(error: unknown): BoardErrorName | undefined {
  return error instanceof Error && 'boardError' in error ? (error as BoardRefusal).boardError : undefined;
}

export class PendingReplies {
  readonly #clock: SessionClock;
  readonly #boardName: () => string;
  readonly #waiters = new Map<number, Waiter>();

  constructor(clock: SessionClock, boardName: () => string) {
    this.#clock = clock;
    this.#boardName = boardName;
  }

  has(rid: number): boolean {
    return this.#waiters.has(rid);
  }

  /** Rejects with board_timeout, board_error or board_busy, or with what rejectAll was given. */
  expect<Op extends Reply['op']>(rid: number, expectation: Expectation<Op>): Promise<Extract<Reply, { op: Op }>> {
    const { command, accepts, timeoutMs } = expectation;
    return new Promise((resolve, reject) => {
      const isAccepted = (reply: Reply): reply is Extract<Reply, { op: Op }> => accepts.some((op) => op === reply.op);
      this.#waiters.set(rid, {
        command,
        take(reply) {
          const accepted = isAccepted(reply);
          if (accepted) resolve(reply);
          return accepted;
        },
        reject,
        cancelDeadline: this.#clock.after(timeoutMs, () => this.#expire(rid, command, timeoutMs)),
        onStarted: expectation.onStarted,
      });
    });
  }

  /** False when the reply is not of a kind that its request can have: the board does not follow the protocol. */
  settle(reply: Reply): boolean {
    const waiter = this.#waiters.get(reply.rid);
    if (!waiter) return true;
    if (reply.op === 'ok' && waiter.onStarted) {
      waiter.cancelDeadline();
      waiter.onStarted();
      waiter.onStarted = undefined;
      return true;
    }
    if (reply.op !== 'error' && !waiter.take(reply)) return false;
    if (reply.op === 'error') waiter.reject(this.#refusal(waiter.command, reply.code, reply.message));
    this.#remove(reply.rid);
    return true;
  }

  rejectAll(error: AppError): void {
    for (const [rid, waiter] of [...this.#waiters]) {
      this.#remove(rid);
      waiter.reject(error);
    }
  }

  #expire(rid: number, command: string, timeoutMs: number): void {
    const waiter = this.#waiters.get(rid);
    this.#waiters.delete(rid);
    const message = `${this.#boardName()} did not answer ${command} within ${timeoutMs} ms.`;
    waiter?.reject(new AppError('board_timeout', { message }));
  }

  #refusal(command: string, code: BoardErrorName, text: string): AppError {
    const message = `${this.#boardName()} refused ${command}: ${text || code}`;
    return Object.assign(new AppError(ERROR_CODES[code] ?? 'board_error', { message }), { boardError: code });
  }

  #remove(rid: number): void {
    this.#waiters.get(rid)?.cancelDeadline();
    this.#waiters.delete(rid);
  }
}
