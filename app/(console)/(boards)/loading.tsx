import { BoardsSkeleton } from './components/boards-skeleton.tsx';

export default function Loading() {
  return <BoardsSkeleton />;
}
