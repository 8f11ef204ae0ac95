'use client';
import { BookOpen, ChevronDown, Clock, Play, Square } from 'lucide-react';
import dynamic from 'next/dynamic';
import type { RefObject } from 'react';
import type { Board } from '#lib/api/schema.ts';
import { Button } from '../../../../_ui/button.tsx';
import { Kbd } from '../../../../_ui/kbd.tsx';
import { Menu, MenuItem } from '../../../../_ui/menu.tsx';
import { Skeleton } from '../../../../_ui/skeleton.tsx';
import { showToast } from '../../../../_ui/toast.tsx';
import { examples } from '../examples.ts';
import type { EditorHandle } from './code-editor.tsx';
import { useDraft } from './use-draft.ts';
import type { Runs } from './use-runs.ts';

const CodeEditor = dynamic(() => import('./code-editor.tsx'), {
  ssr: false,
  loading: () => <Skeleton className="m-3 h-48" />,
});

interface WorkbenchProps {
  board: Board;
  runs: Runs;
  editor: RefObject<EditorHandle | null>;
}

function ExamplesMenu({ board, editor }: Omit<WorkbenchProps, 'runs'>) {
  const trigger = (
    <Button look="ghost" size="small">
      <BookOpen aria-hidden />
      Examples
      <ChevronDown aria-hidden />
    </Button>
  );
  return (
    <Menu trigger={trigger} className="w-72">
      {examples
        .filter((example) => !example.hardware || !board.virtual)
        .map(({ name, note, code }) => (
          <MenuItem key={name} note={note} onClick={() => editor.current?.replaceCode(code)}>
            {name}
          </MenuItem>
        ))}
    </Menu>
  );
}

function RunButtons({ board, runs, onRun }: { board: Board; runs: Runs; onRun: () => void }) {
  const { active } = runs;
  if (active) {
    return (
      <Button
        size="small"
        look={active.run.state === 'queued' ? 'plain' : 'danger'}
        onClick={() => runs.cancel(active.jobId)}
      >
        <Square aria-hidden className="fill-current" />
        {active.run.state === 'queued' ? 'Take back' : 'Interrupt'}
      </Button>
    );
  }
  if (board.state === 'offline') {
    return (
      <>
        <Button size="small" disabled={runs.isStarting} onClick={onRun}>
          <Clock aria-hidden />
          Run when it comes back
        </Button>
        <Button size="small" look="accent" disabled aria-describedby="run-reason">
          <Play aria-hidden className="fill-current" />
          Run
        </Button>
      </>
    );
  }
  return (
    <Button size="small" look="accent" disabled={runs.isStarting} onClick={onRun}>
      <Play aria-hidden className="fill-current" />
      {runs.isStarting ? 'Sending…' : 'Run'}
    </Button>
  );
}

function Hints({ board }: { board: Board }) {
  return (
    <div className="flex min-h-9 flex-wrap items-center justify-between gap-x-4 gap-y-1 border-t px-4 py-1.5 text-xs text-ink-faint">
      <p id="editor-keys">
        <span className="hidden sm:inline">
          <Kbd>Ctrl</Kbd> <Kbd>Enter</Kbd> runs · <Kbd>Esc</Kbd> then <Kbd>Tab</Kbd> leaves the editor
        </span>
        <span className="sm:hidden">Kept in this browser while you write</span>
      </p>
      {board.state === 'offline' ? <p id="run-reason">Off line: the code can wait for the board for an hour.</p> : null}
    </div>
  );
}

/** Where code is written and started. */
export function Workbench({ board, runs, editor }: WorkbenchProps) {
  const draft = useDraft(board.id);

  function run() {
    if (runs.active || runs.isStarting) {
      showToast({
        title: `${board.name} is running a program.`,
        description: 'Interrupt it first, or wait until it has ended.',
      });
      return;
    }
    const code = editor.current?.code() ?? '';
    if (code.trim() === '')
      showToast({ title: 'There is no code to run.', description: 'Write some, or take an example.' });
    else runs.start(code);
  }

  return (
    <section aria-labelledby="code" className="panel overflow-hidden">
      <div className="flex min-h-11 flex-wrap items-center gap-2 border-b py-1.5 pr-2 pl-4">
        <h2 id="code" className="mr-auto font-semibold">
          Python
        </h2>
        <ExamplesMenu board={board} editor={editor} />
        <RunButtons board={board} runs={runs} onRun={run} />
      </div>
      <div className="h-80 min-h-40 resize-y overflow-hidden">
        <CodeEditor handle={editor} readInitialCode={draft.read} onChange={draft.save} onRun={run} />
      </div>
      <Hints board={board} />
    </section>
  );
}
