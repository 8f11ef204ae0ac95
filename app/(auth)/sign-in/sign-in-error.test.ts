import { expect, it } from 'vitest';
import { signInFailure } from './sign-in-error.ts';

it('reads the seconds to wait', () => expect(signInFailure('too_many_attempts:42').waitS).toBe(42));
it('blames neither e-mail nor password alone', () =>
  expect(signInFailure('CredentialsSignin').message).toMatch(/E-mail or password/));
it('does not show an unknown error to the person', () =>
  expect(signInFailure('SQLITE_FULL').message).not.toContain('SQLITE'));
