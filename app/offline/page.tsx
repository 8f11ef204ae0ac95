import type { Metadata } from 'next';
import { OfflineScreen } from './components/offline-screen.tsx';

export const metadata: Metadata = { title: 'Hub not reachable' };

/** What the service worker shows when the hub does not answer. It must work without any other request. */
export default function OfflinePage() {
  return <OfflineScreen />;
}
