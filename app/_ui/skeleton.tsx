import { cx } from './cx.ts';

/** A grey place for something that is on its way. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cx('pulse-mark rounded-md bg-hover', className)} />;
}
