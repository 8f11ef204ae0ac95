'use client';
import { Bot, KeyRound } from 'lucide-react';
import { Button } from '../../../_ui/button.tsx';
import type { AddBoardProps } from './add-board-menu.tsx';
import { PinDrawing } from './pin-drawing.tsx';

/** The first page of a newcomer: one click from running Python on a board. */
export function BoardsWelcome({ isStarting, onAddVirtual, onAddByHand }: AddBoardProps) {
  return (
    <div className="mx-auto flex max-w-2xl flex-col items-center py-8 text-center sm:py-14">
      <PinDrawing />
      <h1 className="mt-8 text-2xl font-semibold tracking-tight text-balance sm:text-3xl">
        Welcome. Run Python on a board.
      </h1>
      <p className="mt-3 max-w-lg text-base/7 text-pretty text-ink-soft">
        Start with a virtual board: real MicroPython in a sandbox inside this hub. It connects, runs your code and fails
        like a board of silicon. No hardware needed.
      </p>
      <Button look="accent" className="mt-7 h-11 px-5 text-base" disabled={isStarting} onClick={onAddVirtual}>
        <Bot aria-hidden />
        {isStarting ? 'Starting your board…' : 'Add a virtual board'}
      </Button>
      <div className="panel mt-12 flex w-full flex-col items-start gap-4 p-5 text-left sm:flex-row sm:items-center">
        <KeyRound aria-hidden className="size-5 shrink-0 text-ink-faint" />
        <div className="flex-1">
          <h2 className="font-semibold">Have a board with MicroPython on it?</h2>
          <p className="mt-0.5 text-pretty text-ink-soft">
            Give it a name here, and put the client with its id and key on the board. It then dials out to this hub by
            itself.
          </p>
        </div>
        <Button onClick={onAddByHand}>Add a board by hand</Button>
      </div>
    </div>
  );
}
