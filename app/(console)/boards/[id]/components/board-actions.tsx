'use client';
import { ChevronDown, FileX, Snowflake, Trash2, Unplug, Zap, ZapOff } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import type { Board } from '#lib/api/schema.ts';
import { useFault, useRemoveBoard, type VirtualFault } from '../../../../_data/boards.ts';
import { Button } from '../../../../_ui/button.tsx';
import { ConfirmDialog } from '../../../../_ui/dialog.tsx';
import { Menu, MenuItem } from '../../../../_ui/menu.tsx';
import { showToast } from '../../../../_ui/toast.tsx';

interface FaultRow {
  readonly fault: VirtualFault;
  readonly icon: ReactNode;
  readonly label: string;
  readonly note: string;
  readonly done: string;
}

const faults: readonly FaultRow[] = [
  {
    fault: 'drop-link',
    icon: <Unplug aria-hidden />,
    label: 'Drop the link',
    note: 'Its socket closes. It reconnects within seconds.',
    done: 'The link was dropped. The board reconnects by itself.',
  },
  {
    fault: 'freeze',
    icon: <Snowflake aria-hidden />,
    label: 'Freeze',
    note: 'It falls silent. The hub gives it up after 60 s.',
    done: 'The board is frozen. Within 60 s the hub counts it as off line.',
  },
  {
    fault: 'power-cut',
    icon: <ZapOff aria-hidden />,
    label: 'Cut the power',
    note: 'It stops at once and boots again. Files stay.',
    done: 'The power was cut. The board boots again.',
  },
  {
    fault: 'bad-main',
    icon: <FileX aria-hidden />,
    label: 'Break main.py',
    note: 'Its program fails at the start. The third time, safe mode.',
    done: 'main.py is broken, and the board restarts. Cut the power twice to see safe mode.',
  },
];

function FaultsMenu({ board }: { board: Board }) {
  const { mutate, isPending } = useFault(board.id);
  const trigger = (
    <Button disabled={isPending}>
      <Zap aria-hidden />
      Faults
      <ChevronDown aria-hidden className="opacity-70" />
    </Button>
  );
  return (
    <Menu trigger={trigger} className="w-72">
      {faults.map(({ fault, icon, label, note, done }) => (
        <MenuItem
          key={fault}
          icon={icon}
          note={note}
          onClick={() => mutate(fault, { onSuccess: () => showToast({ title: done }) })}
        >
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}

function RemoveButton({ board }: { board: Board }) {
  const router = useRouter();
  const [asking, setAsking] = useState(false);
  const { mutateAsync, isPending } = useRemoveBoard(board.id);

  // By the promise: the live event may take this page away before the answer is here.
  function remove() {
    mutateAsync().then(
      () => {
        router.push('/');
        showToast({ title: `${board.name} was removed.` });
      },
      () => setAsking(false),
    );
  }

  return (
    <>
      <Button onClick={() => setAsking(true)}>
        <Trash2 aria-hidden />
        Remove
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Remove ${board.name}?`}
        confirmLabel="Remove board"
        busy={isPending}
        onConfirm={remove}
      >
        {board.virtual
          ? 'The virtual board stops, and its files are deleted.'
          : 'The hub deletes its key and closes its link. To use the board again, it needs a new key.'}
      </ConfirmDialog>
    </>
  );
}

export function BoardActions({ board }: { board: Board }) {
  return (
    <div className="flex gap-2">
      {board.virtual ? <FaultsMenu board={board} /> : null}
      <RemoveButton board={board} />
    </div>
  );
}
