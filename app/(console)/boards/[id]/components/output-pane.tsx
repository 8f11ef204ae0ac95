'use client';
import { ArrowDown } from 'lucide-react';
import { type KeyboardEvent, memo, useLayoutEffect, useRef, useState } from 'react';
import type { Run } from '#lib/api/schema.ts';
import { problemOf } from '../../../../_data/problem.ts';
import { Button } from '../../../../_ui/button.tsx';
import { bytesText } from '../../../../_ui/units.ts';
import type { OutputPiece } from '../output-buffer.ts';
import type { OutputSnapshot } from '../run-output.ts';
import { hasEnded } from '../run-words.ts';

/** Nearer to the end than this counts as being there. */
const AT_END_PX = 24;

/** Drawn once and then left alone: only the last piece of a flood changes. */
const Piece = memo(function Piece({ piece }: { piece: OutputPiece }) {
  return <span className={piece.kind === 'input' ? 'font-medium text-accent' : undefined}>{piece.text}</span>;
});

function useFollowTail(pieces: readonly OutputPiece[]) {
  const pane = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);

  function toEnd() {
    if (pane.current) pane.current.scrollTop = pane.current.scrollHeight;
    setFollowing(true);
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: new pieces are what moves the end.
  useLayoutEffect(() => {
    if (following && pane.current) pane.current.scrollTop = pane.current.scrollHeight;
  }, [pieces, following]);

  function onScroll() {
    const box = pane.current;
    if (box) setFollowing(box.scrollHeight - box.scrollTop - box.clientHeight < AT_END_PX);
  }
  return { pane, following, toEnd, onScroll };
}

function emptyText(run: Run, output: OutputSnapshot): string {
  if (output.error) return problemOf(output.error).title;
  if (output.isLoading) return 'Fetching the output…';
  if (run.state === 'queued') return 'Waits for the board…';
  return hasEnded(run) ? 'It wrote nothing.' : 'Nothing written yet…';
}

function LeftOut({ output }: { output: OutputSnapshot }) {
  if (output.leftOut === 0 && output.cutBytes === 0) return null;
  return (
    <p className="mb-2 border-b border-dashed pb-2 font-sans text-ink-faint">
      {output.leftOut > 0
        ? `The first ${bytesText(output.leftOut)} are not shown here; the download has all that the hub keeps. `
        : null}
      {output.cutBytes > 0
        ? `The hub kept the beginning and the end; ${bytesText(output.cutBytes)} between them are lost.`
        : null}
    </p>
  );
}

interface OutputPaneProps {
  output: OutputSnapshot;
  run: Run;
  onInterrupt: () => void;
}

/** The text a program writes, as it comes. Ctrl-C interrupts the program, unless there is something to copy. */
export function OutputPane({ output, run, onInterrupt }: OutputPaneProps) {
  const { pane, following, toEnd, onScroll } = useFollowTail(output.pieces);
  const running = !hasEnded(run);

  function onKeyDown(event: KeyboardEvent) {
    const isCtrlC = event.key === 'c' && event.ctrlKey && !event.shiftKey && !event.metaKey;
    if (!isCtrlC || !running || !window.getSelection()?.isCollapsed) return;
    event.preventDefault();
    onInterrupt();
  }

  return (
    <div className="relative">
      <section
        ref={pane}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard.
        tabIndex={0}
        aria-label={running ? 'Output text; Ctrl-C interrupts the program' : 'Output text'}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        className="max-h-96 min-h-24 overflow-auto bg-sunken px-4 py-3 font-mono text-[0.8125rem] leading-[1.55] focus-visible:-outline-offset-2"
      >
        <LeftOut output={output} />
        {output.pieces.length === 0 ? <p className="font-sans text-ink-faint">{emptyText(run, output)}</p> : null}
        <div className="whitespace-pre-wrap wrap-anywhere">
          {output.pieces.map((piece) => (
            <Piece key={piece.id} piece={piece} />
          ))}
        </div>
      </section>
      {following ? null : (
        <Button size="small" onClick={toEnd} className="absolute right-4 bottom-3 shadow-pop">
          <ArrowDown aria-hidden />
          To the end
        </Button>
      )}
    </div>
  );
}
