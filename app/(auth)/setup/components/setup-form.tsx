'use client';
import { useRouter } from 'next/navigation';
import { signIn } from 'next-auth/react';
import { type FormEvent, useState } from 'react';
import { ApiError } from '#lib/api/client.ts';
import { api } from '../../../_data/api.ts';
import { problemOf } from '../../../_data/problem.ts';
import { Button } from '../../../_ui/button.tsx';
import { Field } from '../../../_ui/field.tsx';
import { Notice } from '../../../_ui/notice.tsx';
import { PasswordInput } from '../../components/password-input.tsx';
import { MIN_PASSWORD, passwordStrength } from '../password-strength.ts';
import { StrengthMeter } from './strength-meter.tsx';

const tooShort = `A password has at least ${MIN_PASSWORD} characters.`;

function useSetup(token: string) {
  const router = useRouter();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  async function run(form: FormData) {
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const account = { email: text('email'), password: String(form.get('password')) };
    setBusy(true);
    setError(undefined);
    try {
      await api.setup({ token, name: text('name'), team: text('team'), ...account });
      const answer = await signIn('credentials', { redirect: false, ...account });
      router.replace(answer?.ok ? '/' : '/sign-in');
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  }
  return { run, error, busy, setError };
}

export function SetupForm({ token }: { token: string }) {
  const { run, error, busy, setError } = useSetup(token);
  const [password, setPassword] = useState('');
  const fieldError = (name: string) => (error instanceof ApiError && error.field === name ? error.message : undefined);
  const inPlace = ['name', 'email', 'password', 'team'].some((name) => fieldError(name));
  const problem = error && !inPlace ? problemOf(error) : undefined;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (password.length < MIN_PASSWORD) {
      setError(
        new ApiError({ code: 'invalid_input', message: tooShort, hint: '', id: '', status: 422, field: 'password' }),
      );
    } else void run(new FormData(event.currentTarget));
  }

  return (
    <form method="post" onSubmit={submit} className="flex flex-col gap-5">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">Set up your hub</h1>
        <p className="mt-1 text-pretty text-ink-soft">
          One account and one team. Your first board runs a minute from now.
        </p>
      </div>
      {problem ? (
        <Notice look="error" title={problem.title}>
          {problem.hint}
        </Notice>
      ) : null}
      <Field
        label="Your name"
        name="name"
        autoComplete="name"
        required
        autoFocus
        maxLength={80}
        error={fieldError('name')}
      />
      <Field
        label="E-mail"
        name="email"
        type="email"
        autoComplete="username"
        required
        maxLength={254}
        error={fieldError('email')}
      />
      <PasswordInput
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
        error={fieldError('password')}
        hint={<StrengthMeter strength={passwordStrength(password)} />}
      />
      <Field
        label="Team name"
        name="team"
        required
        maxLength={80}
        placeholder="Greenhouse"
        error={fieldError('team')}
      />
      <Button look="solid" type="submit" disabled={busy} className="h-10">
        {busy ? 'Setting up…' : 'Create account'}
      </Button>
    </form>
  );
}
