import type { ComponentProps } from 'react';
import { cx } from './cx.ts';

export type ButtonLook = 'solid' | 'accent' | 'plain' | 'ghost' | 'danger';

const looks: Record<ButtonLook, string> = {
  solid: 'bg-ink text-surface hover:opacity-90',
  accent: 'bg-accent-solid text-white hover:bg-accent-solid-hover',
  plain: 'border border-line-strong bg-surface text-ink hover:bg-hover',
  ghost: 'text-ink-soft hover:bg-hover hover:text-ink',
  danger: 'bg-bad-solid text-white hover:opacity-90',
};

const base =
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-lg font-medium whitespace-nowrap select-none transition-colors ' +
  'disabled:pointer-events-none disabled:opacity-50 aria-disabled:opacity-50 aria-disabled:cursor-not-allowed [&_svg]:size-4 [&_svg]:shrink-0';

const sizes = {
  small: 'h-7 px-2.5 text-[0.8125rem]',
  medium: 'h-9 px-3.5 text-sm',
  icon: 'size-9',
  iconSmall: 'size-7',
};

/** The classes of a button, for a link or a trigger that looks like one. */
export function buttonClass(look: ButtonLook = 'plain', size: keyof typeof sizes = 'medium', extra?: string): string {
  return cx(base, looks[look], sizes[size], extra);
}

interface ButtonProps extends ComponentProps<'button'> {
  look?: ButtonLook;
  size?: keyof typeof sizes;
}

export function Button({ look = 'plain', size = 'medium', className, type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={buttonClass(look, size, className)} {...rest} />;
}
