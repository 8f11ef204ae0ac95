'use client';
import { useRouter } from 'next/navigation';
import { useAddVirtualBoard } from '../../../_data/boards.ts';

/** Starts a virtual board and goes to its page, where code can be run on it. */
export function useNewVirtualBoard() {
  const router = useRouter();
  const { mutateAsync, isPending } = useAddVirtualBoard();
  // By the promise: the live event of the new board may take away what asked for it before the answer is here.
  const add = () => {
    mutateAsync().then(
      (board) => router.push(`/boards/${board.id}`),
      () => undefined,
    );
  };
  return { isPending, add };
}
