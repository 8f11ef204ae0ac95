import { BoardGone } from './components/board-gone.tsx';

export default function NotFound() {
  return <BoardGone />;
}
