'use client';
import { useRouter } from 'next/navigation';
import { useAddVirtualBoard } from '../../../_data/boards.ts';

/** Starts a virtual board and goes to its page, where code can be run on it. */
export function useNewVirtualBoard() {
  const router = useRouter();
  const { mutate, isPending } = useAddVirtualBoard();
  return { isPending, add: () => mutate(undefined, { onSuccess: (board) => router.push(`/boards/${board.id}`) }) };
}
