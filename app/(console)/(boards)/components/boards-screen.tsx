'use client';
import { useState } from 'react';
import { useBoards } from '../../../_data/boards.ts';
import { problemOf } from '../../../_data/problem.ts';
import { Button } from '../../../_ui/button.tsx';
import { Notice } from '../../../_ui/notice.tsx';
import { AddBoardDialog } from './add-board-dialog.tsx';
import { AddBoardMenu } from './add-board-menu.tsx';
import { BoardList } from './board-list.tsx';
import { BoardsSkeleton } from './boards-skeleton.tsx';
import { BoardsWelcome } from './boards-welcome.tsx';
import { useNewVirtualBoard } from './use-new-virtual-board.ts';

/** The dialog stands above the welcome and the list: the first board changes one into the other, and its key must stay in sight. */
export function BoardsScreen() {
  const { data, error, refetch } = useBoards();
  const [byHand, setByHand] = useState(false);
  const { add, isPending } = useNewVirtualBoard();
  const adding = { isStarting: isPending, onAddVirtual: add, onAddByHand: () => setByHand(true) };
  if (error && !data) {
    const { title, hint } = problemOf(error);
    return (
      <Notice look="error" title={title} action={<Button onClick={() => void refetch()}>Try again</Button>}>
        {hint}
      </Notice>
    );
  }
  if (!data) return <BoardsSkeleton />;
  return (
    <>
      {data.boards.length === 0 ? <BoardsWelcome {...adding} /> : null}
      {data.boards.length > 0 ? (
        <>
          <div className="mb-5 flex items-center justify-between gap-4">
            <h1 className="text-2xl font-semibold tracking-tight">Boards</h1>
            <AddBoardMenu {...adding} />
          </div>
          <BoardList boards={data.boards} />
        </>
      ) : null}
      <AddBoardDialog open={byHand} onOpenChange={setByHand} />
    </>
  );
}
