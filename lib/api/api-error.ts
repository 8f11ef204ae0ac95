import { ERRORS, type ErrorCode } from '#lib/errors.ts';
import { errorSchema } from './schema.ts';

export interface ApiErrorDetails {
  /** A code of lib/errors.ts, or of a newer hub. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** Found again in the hub's log; empty when no hub has answered. */
  readonly id: string;
  /** HTTP status; 0 when no hub has answered. */
  readonly status: number;
  readonly field?: string | undefined;
}

/** A failed call of the API, the hub's own error or one of the way there. Recognise it by `code`. */
export class ApiError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly id: string;
  readonly status: number;
  readonly field: string | undefined;

  constructor(details: ApiErrorDetails, cause?: unknown) {
    super(details.message, { cause });
    this.name = 'ApiError';
    this.code = details.code;
    this.hint = details.hint;
    this.id = details.id;
    this.status = details.status;
    this.field = details.field;
  }
}

/** True for an ApiError of any copy of this module. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof Error && error.name === 'ApiError' && 'code' in error && 'hint' in error;
}

export function localApiError(code: ErrorCode, message: string, status: number, cause?: unknown): ApiError {
  return new ApiError({ code, message, hint: ERRORS[code].hint, id: '', status }, cause);
}

/** What a refused request becomes; a body that is not our error shape is another program's, or a proxy's. */
export function apiErrorFrom(status: number, body: unknown, url: string): ApiError {
  const parsed = errorSchema.safeParse(body);
  if (parsed.success) return new ApiError({ ...parsed.data.error, status });
  return localApiError(
    'hub_answer_invalid',
    `${url} answered with status ${status}, but not as a Cloudmanager hub does.`,
    status,
  );
}
