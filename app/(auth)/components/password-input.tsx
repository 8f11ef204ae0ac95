'use client';
import { Eye, EyeOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '../../_ui/button.tsx';
import { Field } from '../../_ui/field.tsx';

interface PasswordInputProps {
  autoComplete: 'current-password' | 'new-password';
  hint?: ReactNode;
  error?: string | undefined;
  value?: string;
  onChange?: (value: string) => void;
}

/** A password that can be shown, so that nobody has to type it twice. */
export function PasswordInput({ autoComplete, hint, error, value, onChange }: PasswordInputProps) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      label="Password"
      name="password"
      type={shown ? 'text' : 'password'}
      autoComplete={autoComplete}
      autoCapitalize="none"
      spellCheck={false}
      required
      maxLength={128}
      hint={hint}
      error={error}
      {...(value === undefined ? {} : { value, onChange: (event) => onChange?.(event.currentTarget.value) })}
      trailing={
        <Button
          look="ghost"
          size="iconSmall"
          aria-pressed={shown}
          aria-label="Show password"
          title={shown ? 'Hide password' : 'Show password'}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOff /> : <Eye />}
        </Button>
      }
    />
  );
}
