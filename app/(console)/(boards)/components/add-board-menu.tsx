'use client';
import { Bot, ChevronDown, KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../_ui/button.tsx';
import { Menu, MenuItem } from '../../../_ui/menu.tsx';
import { AddBoardDialog } from './add-board-dialog.tsx';
import { useNewVirtualBoard } from './use-new-virtual-board.ts';

export function AddBoardMenu() {
  const [byHand, setByHand] = useState(false);
  const { add, isPending } = useNewVirtualBoard();
  const trigger = (
    <Button look="solid" disabled={isPending}>
      <Plus aria-hidden />
      {isPending ? 'Starting…' : 'Add board'}
      <ChevronDown aria-hidden className="opacity-70" />
    </Button>
  );
  return (
    <>
      <Menu trigger={trigger} className="w-72">
        <MenuItem
          icon={<Bot aria-hidden />}
          note="Real MicroPython in a sandbox, inside the hub. No hardware."
          onClick={add}
        >
          Add a virtual board
        </MenuItem>
        <MenuItem
          icon={<KeyRound aria-hidden />}
          note="Get an id and a key to put on a board yourself."
          onClick={() => setByHand(true)}
        >
          Add a board by hand
        </MenuItem>
      </Menu>
      <AddBoardDialog open={byHand} onOpenChange={setByHand} />
    </>
  );
}
