'use client';
import { useRouter } from 'next/navigation';
import { signIn } from 'next-auth/react';
import { type FormEvent, useEffect, useState } from 'react';
import { spanText } from '../../../_ui/ago-text.ts';
import { Button } from '../../../_ui/button.tsx';
import { Field } from '../../../_ui/field.tsx';
import { Notice } from '../../../_ui/notice.tsx';
import { PasswordInput } from '../../components/password-input.tsx';
import { type SignInFailure, signInFailure } from '../sign-in-error.ts';

const unreachable: SignInFailure = {
  message: 'The hub does not answer. See whether it is running, then try again.',
  waitS: 0,
};

async function trySignIn(form: FormData): Promise<SignInFailure | undefined> {
  try {
    const answer = await signIn('credentials', {
      redirect: false,
      email: String(form.get('email')),
      password: String(form.get('password')),
    });
    if (!answer) return unreachable;
    return answer.error ? signInFailure(answer.error) : undefined;
  } catch {
    return unreachable;
  }
}

/** Counts down and is then gone. */
function useCountdown(failure: SignInFailure | undefined): number {
  const [leftS, setLeftS] = useState(0);
  useEffect(() => {
    setLeftS(failure?.waitS ?? 0);
    if (!failure?.waitS) return;
    const timer = setInterval(() => setLeftS((left) => Math.max(0, left - 1)), 1_000);
    return () => clearInterval(timer);
  }, [failure]);
  return leftS;
}

function FailureNotice({ failure, leftS }: { failure: SignInFailure; leftS: number }) {
  if (failure.waitS === 0) return <Notice look="error">{failure.message}</Notice>;
  return (
    <Notice look="error" title={failure.message}>
      {leftS > 0 ? `Try again in ${spanText(leftS * 1000)}.` : 'You can try again now.'}
    </Notice>
  );
}

export function SignInForm({ next, sessionEnded }: { next: string; sessionEnded: boolean }) {
  const router = useRouter();
  const [failure, setFailure] = useState<SignInFailure>();
  const [busy, setBusy] = useState(false);
  const leftS = useCountdown(failure);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    const failed = await trySignIn(form);
    setFailure(failed);
    if (failed) setBusy(false);
    else router.replace(next);
  }

  // method="post": without scripts a form is sent by GET, and the password would stand in the address.
  return (
    <form method="post" onSubmit={submit} className="flex flex-col gap-5">
      <h1 className="text-xl font-semibold tracking-tight">Sign in</h1>
      {sessionEnded && !failure ? <Notice>Your session has ended. Sign in to go on.</Notice> : null}
      {failure ? <FailureNotice failure={failure} leftS={leftS} /> : null}
      <Field label="E-mail" name="email" type="email" autoComplete="username" required autoFocus maxLength={254} />
      <PasswordInput autoComplete="current-password" />
      <Button look="solid" type="submit" disabled={busy || leftS > 0} className="h-10">
        {busy ? 'Signing in…' : 'Sign in'}
      </Button>
      <p className="border-t pt-5 text-pretty text-ink-faint">
        New hub? The first account is made with the set-up link that the hub prints in its terminal when it starts.
      </p>
    </form>
  );
}
