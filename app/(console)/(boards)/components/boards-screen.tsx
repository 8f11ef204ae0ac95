'use client';
import { useBoards } from '../../../_data/boards.ts';
import { problemOf } from '../../../_data/problem.ts';
import { Button } from '../../../_ui/button.tsx';
import { Notice } from '../../../_ui/notice.tsx';
import { AddBoardMenu } from './add-board-menu.tsx';
import { BoardList } from './board-list.tsx';
import { BoardsSkeleton } from './boards-skeleton.tsx';
import { BoardsWelcome } from './boards-welcome.tsx';

export function BoardsScreen() {
  const { data, error, refetch } = useBoards();
  if (error && !data) {
    const { title, hint } = problemOf(error);
    return (
      <Notice look="error" title={title} action={<Button onClick={() => void refetch()}>Try again</Button>}>
        {hint}
      </Notice>
    );
  }
  if (!data) return <BoardsSkeleton />;
  if (data.boards.length === 0) return <BoardsWelcome />;
  return (
    <>
      <div className="mb-5 flex items-center justify-between gap-4">
        <h1 className="text-2xl font-semibold tracking-tight">Boards</h1>
        <AddBoardMenu />
      </div>
      <BoardList boards={data.boards} />
    </>
  );
}
