import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';

const looks = {
  info: { className: 'border-line bg-sunken text-ink', icon: Info },
  warning: { className: 'border-busy-mark/40 bg-busy-soft text-ink', icon: TriangleAlert },
  error: { className: 'border-bad-line bg-bad-soft text-ink', icon: CircleAlert },
};

interface NoticeProps {
  look?: keyof typeof looks;
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}

/** What happened and what to do about it. An error is announced at once, the others when there is a pause. */
export function Notice({ look = 'info', title, children, action, className }: NoticeProps) {
  const { className: colours, icon: Icon } = looks[look];
  return (
    <div
      role={look === 'error' ? 'alert' : 'status'}
      className={cx('flex gap-3 rounded-lg border px-4 py-3', colours, className)}
    >
      <Icon
        aria-hidden
        className={cx('mt-0.5 size-4 shrink-0', look === 'error' && 'text-bad', look === 'warning' && 'text-busy')}
      />
      <div className="flex min-w-0 flex-1 flex-col items-start gap-3 sm:flex-row">
        <div className="w-full min-w-0 flex-1">
          {title ? <p className="font-medium">{title}</p> : null}
          {children ? <div className={cx('text-ink-soft', title ? 'mt-0.5' : undefined)}>{children}</div> : null}
        </div>
        {action}
      </div>
    </div>
  );
}
