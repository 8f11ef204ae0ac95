'use client';
import { CornerDownLeft } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import type { BoardId, JobId } from '#lib/api/schema.ts';
import { api } from '../../../../_data/api.ts';
import { toastProblem } from '../../../../_data/problem.ts';
import { Button } from '../../../../_ui/button.tsx';

/** Bytes of UTF-8 stay under the API's limit whatever the letters are. */
const MAX_CHARACTERS = 1_000;

interface StdinLineProps {
  jobId: JobId;
  boardId: BoardId;
  /** Shows the line between what the program writes. */
  onSend: (line: string) => void;
  onInterrupt: () => void;
}

/** A line for the program's standard input. */
export function StdinLine({ jobId, boardId, onSend, onInterrupt }: StdinLineProps) {
  const [text, setText] = useState('');

  async function send(event: FormEvent) {
    event.preventDefault();
    const line = `${text}\n`;
    setText('');
    // Before it is sent: the answer of a fast program comes sooner than that of the hub.
    onSend(line);
    try {
      await api.stdin(jobId, boardId, line);
    } catch (error) {
      onSend('(the line above was not sent)\n');
      setText(text);
      toastProblem(error);
    }
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    const { selectionStart, selectionEnd } = event.currentTarget;
    if (event.key !== 'c' || !event.ctrlKey || selectionStart !== selectionEnd) return;
    event.preventDefault();
    onInterrupt();
  }

  return (
    <form
      onSubmit={(event) => void send(event)}
      className="flex items-center gap-2 border-t bg-sunken py-1.5 pr-2 pl-4 font-mono text-[0.8125rem]"
    >
      <span aria-hidden className="text-accent">
        ›
      </span>
      <input
        aria-label="Input for the program"
        placeholder="Type a line for input()"
        value={text}
        maxLength={MAX_CHARACTERS}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        enterKeyHint="send"
        className="h-8 min-w-0 flex-1 rounded bg-transparent text-base outline-offset-0 placeholder:font-sans placeholder:text-ink-faint sm:text-[0.8125rem]"
      />
      <Button look="ghost" size="small" type="submit" className="font-sans">
        <CornerDownLeft aria-hidden />
        Send
      </Button>
    </form>
  );
}
