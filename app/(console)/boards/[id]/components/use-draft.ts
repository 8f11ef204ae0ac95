'use client';
import { useEffect, useRef } from 'react';
import type { BoardId } from '#lib/api/schema.ts';
import { firstCode } from '../examples.ts';

const SAVE_AFTER_MS = 300;

// Storage may be full or forbidden; a draft is then lost with the page, and nothing else.
function readDraft(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function writeDraft(key: string, code: string): void {
  try {
    localStorage.setItem(key, code);
  } catch {
    // See readDraft.
  }
}

/** The code in a board's editor, kept in this browser from visit to visit. */
export function useDraft(boardId: BoardId) {
  const key = `cm-draft:${boardId}`;
  const pending = useRef<{ code: string; timer: ReturnType<typeof setTimeout> } | undefined>(undefined);

  useEffect(() => {
    function flush() {
      if (!pending.current) return;
      clearTimeout(pending.current.timer);
      writeDraft(key, pending.current.code);
      pending.current = undefined;
    }
    window.addEventListener('pagehide', flush);
    return () => {
      window.removeEventListener('pagehide', flush);
      flush();
    };
  }, [key]);

  return {
    read: () => readDraft(key) ?? firstCode,
    save(code: string) {
      clearTimeout(pending.current?.timer);
      pending.current = { code, timer: setTimeout(() => writeDraft(key, code), SAVE_AFTER_MS) };
    },
  };
}
