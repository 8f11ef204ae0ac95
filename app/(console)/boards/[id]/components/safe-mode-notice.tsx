'use client';
import type { RefObject } from 'react';
import type { Board } from '#lib/api/schema.ts';
import { Button } from '../../../../_ui/button.tsx';
import { Notice } from '../../../../_ui/notice.tsx';
import { plainText } from '../control-text.ts';
import { repairCode } from '../examples.ts';
import type { EditorHandle } from './code-editor.tsx';

/** Why the board runs without the user's program, and the way out. */
export function SafeModeNotice({ board, editor }: { board: Board; editor: RefObject<EditorHandle | null> }) {
  return (
    <Notice
      look="warning"
      className="mb-6"
      title="Safe mode: the board’s program was skipped after three failed starts"
      action={
        <Button size="small" onClick={() => editor.current?.replaceCode(repairCode)}>
          Load repair code
        </Button>
      }
    >
      <p>
        The board is reachable, but <code className="font-mono text-xs">/app/main.py</code> does not run. Correct or
        remove it with code from the editor, then reset the board.
      </p>
      {board.safeModeReason ? (
        <pre className="mt-2 max-h-48 overflow-auto rounded-md bg-surface/70 px-3 py-2 font-mono text-xs whitespace-pre-wrap text-ink">
          {plainText(board.safeModeReason)}
        </pre>
      ) : null}
    </Notice>
  );
}
