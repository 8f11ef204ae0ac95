import { cx } from './cx.ts';

/** The mark: a cloud that stands on the pins of a chip. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={cx('size-7', className)} fill="none">
      <rect width="32" height="32" rx="8" className="fill-accent-solid" />
      <path d="M10 20.5a4.6 4.6 0 0 1-.7-9.15A7 7 0 0 1 22.7 10a5.3 5.3 0 0 1-.3 10.5Z" fill="#fff" />
      <path d="M11.5 19v6.5M16 19v6.5M20.5 19v6.5" stroke="#fff" strokeWidth="2.2" strokeLinecap="round" />
    </svg>
  );
}
