/** Ages and durations in words: one unit, rounded down, so that a text does not change more often than it must. */
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

/** `12 s`, `3 min`, `2 h`, `5 days`. A moment ahead of the clock counts as now. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < MINUTE_S) return `${seconds} s`;
  if (seconds < HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min`;
  if (seconds < DAY_S) return `${Math.floor(seconds / HOUR_S)} h`;
  const days = Math.floor(seconds / DAY_S);
  return days === 1 ? '1 day' : `${days} days`;
}

/** `just now`, `12 s ago`, `3 min ago`. */
export function agoText(ms: number): string {
  return ms < 5_000 ? 'just now' : `${spanText(ms)} ago`;
}

/** `240 ms`, `3.4 s`, `2 min 05 s`, `1 h 03 min`: how long something took. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < HOUR_S) return `${Math.floor(whole / MINUTE_S)} min ${String(whole % MINUTE_S).padStart(2, '0')} s`;
  return `${Math.floor(whole / HOUR_S)} h ${String(Math.floor((whole % HOUR_S) / MINUTE_S)).padStart(2, '0')} min`;
}
