import type { Metadata } from 'next';
import { BoardsScreen } from './components/boards-screen.tsx';

export const metadata: Metadata = { title: 'Boards' };

export default function BoardsPage() {
  return <BoardsScreen />;
}
