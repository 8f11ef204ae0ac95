/** What a run's output says where a part of it is missing, because the board could not be heard (docs/decisions/0004-job-ends.md). */

const TIME_AT = 11;
const SECONDS_END = 19;

/** Times are UTC: who reads it may live elsewhere than the hub. Without `untilMs`: up to the end of the program. */
export function outputGap(sinceMs: number, untilMs: number | undefined, nowMs: number): string {
  const since = timeOf(sinceMs, nowMs);
  const when = untilMs === undefined ? `after ${since}` : `between ${since} and ${timeOf(untilMs, nowMs)}`;
  return `\n[… output ${when} UTC is lost: the link was down …]\n`;
}

/** The day as well, unless it is today. */
function timeOf(ms: number, nowMs: number): string {
  const text = isoOf(ms);
  return text.slice(0, TIME_AT) === isoOf(nowMs).slice(0, TIME_AT) ? text.slice(TIME_AT) : text;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, SECONDS_END).replace('T', ' ');
}
