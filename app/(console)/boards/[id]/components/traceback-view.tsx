'use client';
import { CornerLeftUp } from 'lucide-react';
import { useMemo } from 'react';
import { CopyButton } from '../../../../_ui/copy-button.tsx';
import { parseTraceback, type TracebackLine } from '../traceback.ts';

function Line({ line, onLine }: { line: TracebackLine; onLine: (line: number) => void }) {
  const { codeLine, text } = line;
  if (codeLine === undefined) return <div>{text}</div>;
  return (
    <div>
      <button
        type="button"
        title={`Go to line ${codeLine} in the editor`}
        onClick={() => onLine(codeLine)}
        className="group min-h-6 rounded text-left underline decoration-bad/40 underline-offset-4 hover:decoration-bad"
      >
        {text}
        <CornerLeftUp aria-hidden className="ml-1.5 inline size-3.5 opacity-60 group-hover:opacity-100" />
      </button>
    </div>
  );
}

/** The way the program took to its error: the exception first in sight, the lines of the own code one click from the editor. */
export function TracebackView({ traceback, onLine }: { traceback: string; onLine: (line: number) => void }) {
  const { lines, summary } = useMemo(() => parseTraceback(traceback), [traceback]);
  return (
    <section aria-label="Traceback" className="border-t border-bad-line bg-bad-soft py-3 pr-2 pl-4">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1 overflow-x-auto font-mono text-[0.8125rem] leading-[1.55] whitespace-pre-wrap wrap-anywhere">
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text have no other name and never move.
            <Line key={index} line={line} onLine={onLine} />
          ))}
          <div className="font-semibold text-bad">{summary}</div>
        </div>
        <CopyButton text={traceback} what="traceback" />
      </div>
    </section>
  );
}
