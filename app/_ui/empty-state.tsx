import type { ReactNode } from 'react';

interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  /** 1 where it is all of the page. */
  level?: 1 | 2;
  children?: ReactNode;
  actions?: ReactNode;
}

/** In place of content that is not there: why, and what to do. */
export function EmptyState({ icon, title, level = 2, children, actions }: EmptyStateProps) {
  const Heading = `h${level}` as const;
  return (
    <div className="flex flex-col items-center px-6 py-16 text-center">
      {icon ? <div className="mb-4 text-ink-faint [&_svg]:size-7">{icon}</div> : null}
      <Heading className="text-base font-semibold text-balance">{title}</Heading>
      {children ? <div className="mt-1.5 max-w-md text-pretty text-ink-soft">{children}</div> : null}
      {actions ? <div className="mt-5 flex flex-wrap justify-center gap-2">{actions}</div> : null}
    </div>
  );
}
