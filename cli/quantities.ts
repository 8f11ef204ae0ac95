/** Numbers as people read them. */
const KB = 1024;

export function formatBytes(bytes: number | null): string {
  if (bytes === null) return '—';
  if (bytes < KB) return `${bytes} B`;
  if (bytes < KB * KB) return `${(bytes / KB).toFixed(1)} KB`;
  return `${(bytes / KB / KB).toFixed(1)} MB`;
}

const STEPS = [
  { unit: 's', seconds: 1, until: 120 },
  { unit: 'min', seconds: 60, until: 2 * 3600 },
  { unit: 'h', seconds: 3600, until: 48 * 3600 },
  { unit: 'days', seconds: 86_400, until: Number.POSITIVE_INFINITY },
] as const;

/** How long ago an instant was; a clock that differs a little from the hub's must not give a negative age. */
export function formatAge(instant: string | null, now: number): string {
  if (instant === null) return 'never';
  const seconds = Math.max(0, Math.round((now - Date.parse(instant)) / 1000));
  const step = STEPS.find(({ until }) => seconds < until) ?? STEPS[0];
  return `${Math.floor(seconds / step.seconds)} ${step.unit} ago`;
}
