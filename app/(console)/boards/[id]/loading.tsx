import { BoardSkeleton } from './components/board-skeleton.tsx';

export default function Loading() {
  return <BoardSkeleton />;
}
