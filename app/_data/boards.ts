'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError } from '#lib/api/client.ts';
import type { Board, BoardId, virtualFaults } from '#lib/api/schema.ts';
import { useLive } from '../_live/live-provider.tsx';
import { api } from './api.ts';
import { applyToBoard, applyToBoards, type BoardList, type BoardSnapshot } from './apply-events.ts';
import { keys } from './keys.ts';
import { toastProblem } from './problem.ts';

export type VirtualFault = (typeof virtualFaults)[number];

/** All boards of the team, live. */
export function useBoards() {
  const { log } = useLive();
  return useQuery({
    queryKey: keys.boards,
    queryFn: async (): Promise<BoardList> => {
      const mark = log.mark();
      return applyToBoards(await api.boards(), log.since(mark));
    },
  });
}

// A removed board is an answer, not a failure: the page says so.
async function fetchBoard(id: BoardId): Promise<BoardSnapshot> {
  try {
    return await api.board(id);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'board_not_found') return null;
    throw error;
  }
}

/** One board, live; null when it does not exist. Painted from the list when that is known already. */
export function useBoard(id: BoardId) {
  const queries = useQueryClient();
  const { log } = useLive();
  return useQuery({
    queryKey: keys.board(id),
    queryFn: async (): Promise<BoardSnapshot> => {
      const mark = log.mark();
      return applyToBoard(await fetchBoard(id), id, log.since(mark));
    },
    placeholderData: () => queries.getQueryData<BoardList>(keys.boards)?.boards.find((board) => board.id === id),
  });
}

/** Puts a board that was just made into the list, for the case that its event is slower than the answer. */
function useShowBoard() {
  const queries = useQueryClient();
  return (board: Board) =>
    queries.setQueryData<BoardList>(
      keys.boards,
      (list) => list && applyToBoards(list, [{ type: 'board.changed', data: { board } }]),
    );
}

export function useAddVirtualBoard() {
  const show = useShowBoard();
  return useMutation({ mutationFn: () => api.createVirtualBoard({}), onSuccess: show, onError: toastProblem });
}

export function useCreateBoard() {
  const show = useShowBoard();
  return useMutation({
    mutationFn: (name: string) => api.createBoard(name),
    onSuccess: ({ board }) => void show(board),
  });
}

export function useRemoveBoard(id: BoardId) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.removeBoard(id),
    onSuccess: () => {
      queries.setQueryData<BoardList>(
        keys.boards,
        (list) => list && applyToBoards(list, [{ type: 'board.removed', data: { boardId: id } }]),
      );
    },
    onError: toastProblem,
  });
}

export function useFault(id: BoardId) {
  return useMutation({ mutationFn: (fault: VirtualFault) => api.faultVirtualBoard(id, fault), onError: toastProblem });
}
