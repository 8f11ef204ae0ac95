'use client';
import { useEffect } from 'react';

/** Registers public/sw.js in production; a development server must not be served from a cache. */
export function ServiceWorker() {
  useEffect(() => {
    // biome-ignore lint/style/noProcessEnv: Next puts the word in its place while it builds; a browser has no environment.
    if (process.env.NODE_ENV !== 'production' || !('serviceWorker' in navigator)) return;
    navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' }).catch((error: unknown) => {
      // An untrusted certificate ends here; the console works without.
      console.warn('The service worker could not be registered.', error);
    });
  }, []);
  return null;
}
