'use client';
import { useRef } from 'react';
import type { Board, BoardId } from '#lib/api/schema.ts';
import { useBoard } from '../../../../_data/boards.ts';
import { problemOf } from '../../../../_data/problem.ts';
import { Button } from '../../../../_ui/button.tsx';
import { Notice } from '../../../../_ui/notice.tsx';
import { BoardGone } from './board-gone.tsx';
import { BoardHeader } from './board-header.tsx';
import { BoardSkeleton } from './board-skeleton.tsx';
import type { EditorHandle } from './code-editor.tsx';
import { FactsPanel } from './facts-panel.tsx';
import { LastRuns } from './last-runs.tsx';
import { OutputPanel } from './output-panel.tsx';
import { SafeModeNotice } from './safe-mode-notice.tsx';
import { useRuns } from './use-runs.ts';
import { Workbench } from './workbench.tsx';

function LoadedBoard({ board }: { board: Board }) {
  const editor = useRef<EditorHandle>(null);
  const runs = useRuns(board);
  return (
    <>
      <title>{`${board.name} · Cloudmanager`}</title>
      <BoardHeader board={board} />
      {board.safeMode ? <SafeModeNotice board={board} editor={editor} /> : null}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="flex min-w-0 flex-col gap-6">
          <Workbench board={board} runs={runs} editor={editor} />
          <OutputPanel board={board} runs={runs} editor={editor} />
        </div>
        <aside aria-label="About this board" className="flex flex-col gap-6">
          <LastRuns runs={runs} />
          <FactsPanel board={board} />
        </aside>
      </div>
    </>
  );
}

export function BoardScreen({ id }: { id: BoardId }) {
  const { data: board, error, refetch } = useBoard(id);
  if (board) return <LoadedBoard key={board.id} board={board} />;
  if (board === null) return <BoardGone />;
  if (!error) return <BoardSkeleton />;
  const { title, hint } = problemOf(error);
  return (
    <Notice look="error" title={title} action={<Button onClick={() => void refetch()}>Try again</Button>}>
      {hint}
    </Notice>
  );
}
