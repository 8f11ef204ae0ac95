/** Every failure in its one shape, with an id that is found again in the log. */
import { randomBytes } from 'node:crypto';
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import type { ApiErrorBody } from '#lib/api/schema.ts';
import { AppError, ERRORS, type ErrorCode, isAppError } from '#lib/errors.ts';
import type { Log } from '#server/log.ts';

export function failureResponse(
  error: unknown,
  log: Log,
  where: { readonly method: string; readonly path: string },
): Response {
  const id = `err_${randomBytes(6).toString('hex')}`;
  const failure = asAppError(error);
  const row = ERRORS[failure.code];
  if (failure.code === 'internal') log.error({ id, err: error, ...where }, 'Internal error');
  else log.debug({ id, code: failure.code, reason: failure.message, ...where }, 'Request refused');

  const field = failure.field === undefined ? {} : { field: failure.field };
  const body: ApiErrorBody = {
    error: { code: failure.code, message: failure.message, hint: failure.hint, id, ...field },
  };
  const headers = new Headers({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  if (failure.retryAfterS !== undefined) headers.set('retry-after', String(failure.retryAfterS));
  // What is left of the body is not read.
  if (row.status === 413) headers.set('connection', 'close');
  if (failure.code === 'not_signed_in') headers.set('www-authenticate', 'Bearer');
  return new Response(JSON.stringify(body), { status: row.status, headers });
}

function asAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (error instanceof HTTPException && error.status === 400) return new AppError('invalid_json');
  if (error instanceof HTTPException && error.status === 413) return new AppError('body_too_large');
  return new AppError('internal');
}

/** The first thing that is wrong with the input, named by its path. */
export function invalidInput(error: z.core.$ZodError): AppError {
  const [issue] = error.issues;
  if (!issue) return new AppError('invalid_input');
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys : [];
  const field = pathOf([...issue.path, ...unknown.slice(0, 1)]);
  const code: ErrorCode = field === 'code' && issue.code === 'custom' ? 'code_too_large' : 'invalid_input';
  const message =
    unknown.length > 0
      ? `There is no field "${field}" in this request.`
      : `The field "${field}" is not valid: ${issue.message}.`;
  return new AppError(code, { field, message: code === 'code_too_large' ? ERRORS.code_too_large.message : message });
}

function pathOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'body';
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? String(part) : `.${String(part)}`))
    .join('');
}
