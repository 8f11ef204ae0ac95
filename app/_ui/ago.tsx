'use client';
import { useSyncExternalStore } from 'react';
import { agoText, durationText, spanText } from './ago-text.ts';
import { hubNow, onTick } from './clock.ts';

const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

const texts = {
  /** `3 min ago` */
  ago: agoText,
  /** `3 min` */
  span: spanText,
  /** `3.4 s`, for something that is going on */
  duration: durationText,
};

interface AgoProps {
  /** ISO 8601, as the API writes it. */
  at: string;
  /** Ends the counting, for the duration of something that is over. */
  until?: string | null;
  as?: keyof typeof texts;
  className?: string;
}

/** The only component that shows a date: its age as text, the full time as title. Redrawn only when the text changes. */
export function Ago({ at, until, as = 'ago', className }: AgoProps) {
  const start = Date.parse(at);
  const text = useSyncExternalStore(
    onTick,
    () => texts[as]((until ? Date.parse(until) : hubNow()) - start),
    () => '',
  );
  return (
    <time dateTime={at} title={full.format(start)} className={className} suppressHydrationWarning>
      {text}
    </time>
  );
}
