/** How mbm fails: what it prints, and the exit code that goes with it. */
import { type ApiError, isApiError } from '#lib/api/api-error.ts';
import { AppError, type ErrorCode, isAppError } from '#lib/errors.ts';

export const EXIT = {
  ok: 0,
  /** Something failed on a board, or the hub refused. */
  failed: 1,
  usage: 2,
  noHub: 3,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** Found again in the hub's log; empty where the message says all there is to say. */
  readonly id: string;
  readonly exit: ExitCode;
}

/** A failure of mbm itself; the code decides the exit code. */
export function cliError(code: ErrorCode, message: string, hint?: string): AppError {
  return new AppError(code, hint === undefined ? { message } : { message, hint });
}

/** Wrong arguments, found after commander has accepted them. */
export function usageError(message: string, hint: string): AppError {
  return cliError('invalid_input', message, hint);
}

export function failureOf(error: unknown): Failure {
  if (isApiError(error))
    return { ...told(error), id: error.code === 'internal' ? error.id : '', exit: exitOf(error.code, error.status) };
  if (isAppError(error)) return { ...told(error), id: '', exit: exitOf(error.code, 0) };
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'internal',
    message,
    hint: 'If it stays, report it with the command you gave.',
    id: '',
    exit: EXIT.failed,
  };
}

function told(error: ApiError | AppError): Pick<Failure, 'code' | 'message' | 'hint'> {
  return { code: error.code, message: error.message, hint: error.hint };
}

/** 422 is how the hub says that the request itself is wrong, which for mbm means its arguments. */
function exitOf(code: string, status: number): ExitCode {
  if (code === 'hub_unreachable') return EXIT.noHub;
  if (status === 422 || code === 'invalid_input' || code === 'code_too_large') return EXIT.usage;
  return EXIT.failed;
}
