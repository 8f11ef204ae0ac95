'use client';
import { Bot, ChevronDown, KeyRound, Plus } from 'lucide-react';
import { Button } from '../../../_ui/button.tsx';
import { Menu, MenuItem } from '../../../_ui/menu.tsx';

export interface AddBoardProps {
  isStarting: boolean;
  onAddVirtual: () => void;
  onAddByHand: () => void;
}

export function AddBoardMenu({ isStarting, onAddVirtual, onAddByHand }: AddBoardProps) {
  const trigger = (
    <Button look="solid" disabled={isStarting}>
      <Plus aria-hidden />
      {isStarting ? 'Starting…' : 'Add board'}
      <ChevronDown aria-hidden className="opacity-70" />
    </Button>
  );
  return (
    <Menu trigger={trigger} className="w-72">
      <MenuItem
        icon={<Bot aria-hidden />}
        note="Real MicroPython in a sandbox, inside the hub. No hardware."
        onClick={onAddVirtual}
      >
        Add a virtual board
      </MenuItem>
      <MenuItem
        icon={<KeyRound aria-hidden />}
        note="Get an id and a key to put on a board yourself."
        onClick={onAddByHand}
      >
        Add a board by hand
      </MenuItem>
    </Menu>
  );
}
