'use client';
/** CodeMirror for Python, loaded only where there is a board. It knows nothing of boards; workbench.tsx gives it its meaning. */
import { indentWithTab } from '@codemirror/commands';
import { python } from '@codemirror/lang-python';
import { indentUnit } from '@codemirror/language';
import { type Extension, Prec } from '@codemirror/state';
import { keymap } from '@codemirror/view';
import { basicSetup, EditorView } from 'codemirror';
import { type RefObject, useEffect, useEffectEvent, useImperativeHandle, useRef } from 'react';
import { editorTheme } from './editor-theme.ts';

export interface EditorHandle {
  readonly code: () => string;
  /** Replaces all of it; undo brings the old code back. */
  readonly replaceCode: (code: string) => void;
  readonly goToLine: (line: number) => void;
}

export interface CodeEditorProps {
  readonly handle: RefObject<EditorHandle | null>;
  readonly readInitialCode: () => string;
  readonly onChange: (code: string) => void;
  readonly onRun: () => void;
}

function runKey(onRun: () => void): Extension {
  const run = () => {
    onRun();
    return true;
  };
  // Before all others: the editor's own Mod-Enter opens a new line.
  return Prec.highest(keymap.of([{ key: 'Mod-Enter', run }]));
}

function extensions(onChange: (code: string) => void, onRun: () => void): Extension {
  return [
    runKey(onRun),
    basicSetup,
    keymap.of([indentWithTab]),
    python(),
    indentUnit.of('    '),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': 'Python code', 'aria-describedby': 'editor-keys', tabindex: '0' }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
    editorTheme,
  ];
}

function replaceAll(view: EditorView, code: string): void {
  view.dispatch({
    changes: { from: 0, to: view.state.doc.length, insert: code },
    selection: { anchor: 0 },
    scrollIntoView: true,
  });
  view.focus();
}

function goToLine(view: EditorView, line: number): void {
  const { from, to } = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
  view.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
  view.focus();
}

export default function CodeEditor({ handle, readInitialCode, onChange, onRun }: CodeEditorProps) {
  const parent = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(null);
  const changed = useEffectEvent(onChange);
  const run = useEffectEvent(onRun);
  const initial = useEffectEvent(readInitialCode);

  useEffect(() => {
    if (!parent.current) return;
    const view = new EditorView({
      doc: initial(),
      parent: parent.current,
      extensions: extensions(
        (code) => changed(code),
        () => run(),
      ),
    });
    editor.current = view;
    return () => {
      editor.current = null;
      view.destroy();
    };
  }, []);

  useImperativeHandle(handle, () => ({
    code: () => editor.current?.state.doc.toString() ?? '',
    replaceCode: (code) => editor.current && replaceAll(editor.current, code),
    goToLine: (line) => editor.current && goToLine(editor.current, line),
  }));

  return <div ref={parent} className="h-full [&_.cm-editor]:h-full" />;
}
