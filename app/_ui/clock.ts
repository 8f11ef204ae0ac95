/**
 * The hub's time as far as the browser can know it, and one ticker for everything that shows an age. A phone whose clock is
 * wrong would otherwise show wrong ages.
 */
const TOLERATED_MS = 3_000;
const TICK_MS = 1_000;

let offsetMs = 0;
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** Milliseconds since the Unix epoch by the hub's clock. */
export function hubNow(): number {
  return Date.now() + offsetMs;
}

/** Told the Date header of an answer; small differences are the journey, not the clock. */
export function noteHubTime(dateHeader: string | null): void {
  const at = dateHeader === null ? Number.NaN : Date.parse(dateHeader);
  if (Number.isNaN(at)) return;
  const difference = at - Date.now();
  offsetMs = Math.abs(difference) > TOLERATED_MS ? difference : 0;
}

function tick(): void {
  for (const listener of listeners) listener();
}

/** Calls `listener` every second while somebody listens. */
export function onTick(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
