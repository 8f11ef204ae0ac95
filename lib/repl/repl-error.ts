/**
 * Why a conversation with a REPL ended: nobody answered in time, it answered something else, Python raised, or what
 * was written is not what can be read.
 */
export type ReplErrorCode = 'repl_silent' | 'repl_confused' | 'repl_exception' | 'file_differs';

/** Recognise it by `code`: modules may be loaded more than once. `detail` is the board's own words. */
export class ReplError extends Error {
  readonly code: ReplErrorCode;
  readonly detail: string;

  constructor(code: ReplErrorCode, message: string, detail = '') {
    super(message);
    this.name = 'ReplError';
    this.code = code;
    this.detail = detail;
  }
}

export function isReplError(error: unknown): error is ReplError {
  return error instanceof Error && error.name === 'ReplError' && 'code' in error;
}
