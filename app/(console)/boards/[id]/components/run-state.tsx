import { Check, CircleDashed, Hand, LoaderCircle, Timer, Unplug, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Run, RunState } from '#lib/api/schema.ts';
import { Badge } from '../../../../_ui/badge.tsx';
import { runStateWords } from '../run-words.ts';

const icons: Record<RunState, ReactNode> = {
  queued: <CircleDashed aria-hidden />,
  sent: <LoaderCircle aria-hidden className="animate-spin" />,
  running: <LoaderCircle aria-hidden className="animate-spin" />,
  succeeded: <Check aria-hidden />,
  failed: <X aria-hidden />,
  cancelled: <Hand aria-hidden />,
  expired: <Timer aria-hidden />,
  interrupted: <Unplug aria-hidden />,
};

export function RunStateBadge({ run }: { run: Run }) {
  const { label, tone, sentence } = runStateWords[run.state];
  return (
    <span title={sentence}>
      <Badge tone={tone}>
        {icons[run.state]}
        {label}
      </Badge>
    </span>
  );
}
