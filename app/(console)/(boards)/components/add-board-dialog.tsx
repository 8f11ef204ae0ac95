'use client';
import { type FormEvent, useState } from 'react';
import { ApiError } from '#lib/api/client.ts';
import { boardNameSchema, type Provision } from '#lib/api/schema.ts';
import { useCreateBoard } from '../../../_data/boards.ts';
import { problemOf } from '../../../_data/problem.ts';
import { Button } from '../../../_ui/button.tsx';
import { Dialog } from '../../../_ui/dialog.tsx';
import { Field } from '../../../_ui/field.tsx';
import { Notice } from '../../../_ui/notice.tsx';
import { ProvisionCard } from './provision-card.tsx';

interface AddBoardDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

// Errors about the name belong under the name; the rest above the form.
function nameProblem(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return error.field === 'name' || error.code === 'board_name_taken' ? `${error.message} ${error.hint}` : undefined;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;
}

function NameForm({ onMade }: { onMade: (made: Provision) => void }) {
  const { mutate, isPending, error } = useCreateBoard();
  const [badName, setBadName] = useState<string>();
  const nameError = badName ?? nameProblem(error);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = boardNameSchema.safeParse(String(new FormData(event.currentTarget).get('name')).trim());
    setBadName(name.success ? undefined : sentence(name.error.issues[0]?.message ?? 'this name is not valid'));
    if (name.success) mutate(name.data, { onSuccess: onMade });
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-5">
      {error && !nameError ? (
        <Notice look="error" title={problemOf(error).title}>
          {problemOf(error).hint}
        </Notice>
      ) : null}
      <Field
        label="Name"
        name="name"
        placeholder="esp8266-1"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={64}
        autoFocus
        error={nameError}
        hint="Names with a number at the end can be picked as a range: esp8266-[1-3]."
      />
      <Button look="solid" type="submit" disabled={isPending} className="self-end">
        {isPending ? 'Making the key…' : 'Get id and key'}
      </Button>
    </form>
  );
}

export function AddBoardDialog({ open, onOpenChange }: AddBoardDialogProps) {
  const [made, setMade] = useState<Provision>();
  function change(next: boolean) {
    onOpenChange(next);
    if (!next) setMade(undefined);
  }
  return (
    <Dialog
      open={open}
      wide={made !== undefined}
      keepOpen={made !== undefined}
      onOpenChange={change}
      title={made ? `${made.board.name} may now connect` : 'Add a board by hand'}
      description={made ? undefined : 'For a board that has MicroPython and that you can copy files to.'}
    >
      {made ? <ProvisionCard made={made} onDone={() => change(false)} /> : <NameForm onMade={setMade} />}
    </Dialog>
  );
}
