import { cx } from './cx.ts';

/** The mark: a cloud that stands on the pins of a chip. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={cx('size-7', className)} fill="none">
      <rect width="32" height="32" rx="8" className="fill-accent-solid" />
      <path d="M11 20.5a4 4 0 0 1-.6-7.96A5.8 5.8 0 0 1 21.6 11.6a4.5 4.5 0 0 1-.6 8.9Z" fill="#fff" />
      <path d="M12 23v3M16 23v3M20 23v3" stroke="#fff" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
