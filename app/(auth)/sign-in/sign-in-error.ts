/** next-auth answers a refused form with one string; this makes a sentence with a next step of it. */
const TOO_MANY = /^too_many_attempts:(\d+)$/;

export interface SignInFailure {
  readonly message: string;
  /** Seconds until trying again can help. */
  readonly waitS: number;
}

export function signInFailure(error: string): SignInFailure {
  const waitS = Number(TOO_MANY.exec(error)?.[1] ?? 0);
  if (waitS > 0) return { message: 'Too many attempts.', waitS };
  if (error === 'CredentialsSignin') {
    return { message: 'E-mail or password is wrong. Check both and try again.', waitS: 0 };
  }
  return { message: 'The hub could not check your password. Look at its log, then try again.', waitS: 0 };
}
