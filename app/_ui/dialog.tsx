'use client';
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as BaseDialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, buttonClass } from './button.tsx';
import { cx } from './cx.ts';

const backdropClass =
  'fixed inset-0 z-40 bg-black/40 transition-opacity duration-150 data-starting-style:opacity-0 data-ending-style:opacity-0';
const popupClass =
  'fixed inset-x-4 bottom-4 z-40 flex max-h-[calc(100dvh-2rem)] flex-col overflow-auto rounded-2xl border bg-raised shadow-pop outline-none ' +
  'transition-[opacity,scale] duration-150 data-starting-style:scale-[0.98] data-starting-style:opacity-0 data-ending-style:opacity-0 ' +
  'sm:inset-x-auto sm:top-1/2 sm:bottom-auto sm:left-1/2 sm:-translate-x-1/2 sm:-translate-y-1/2';

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
  wide?: boolean;
  /** A click beside it does not close it: what it shows is shown once. */
  keepOpen?: boolean;
}

/** A task of its own above the page. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  wide = false,
  keepOpen = false,
}: DialogProps) {
  return (
    <BaseDialog.Root open={open} onOpenChange={onOpenChange} disablePointerDismissal={keepOpen}>
      <BaseDialog.Portal>
        <BaseDialog.Backdrop className={backdropClass} />
        <BaseDialog.Popup className={cx(popupClass, wide ? 'sm:w-[36rem]' : 'sm:w-[28rem]')}>
          <div className="flex items-start gap-4 px-5 pt-5">
            <div className="flex-1">
              <BaseDialog.Title className="text-base font-semibold">{title}</BaseDialog.Title>
              {description ? (
                <BaseDialog.Description className="mt-1 text-ink-soft">{description}</BaseDialog.Description>
              ) : null}
            </div>
            <BaseDialog.Close aria-label="Close" className={buttonClass('ghost', 'iconSmall')}>
              <X aria-hidden />
            </BaseDialog.Close>
          </div>
          <div className="p-5">{children}</div>
        </BaseDialog.Popup>
      </BaseDialog.Portal>
    </BaseDialog.Root>
  );
}

interface ConfirmProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  children: ReactNode;
  confirmLabel: string;
  busy?: boolean;
  onConfirm: () => void;
}

/** Asks before something that cannot be undone. The focus starts on Cancel. */
export function ConfirmDialog({ open, onOpenChange, title, children, confirmLabel, busy, onConfirm }: ConfirmProps) {
  return (
    <AlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={backdropClass} />
        <AlertDialog.Popup className={cx(popupClass, 'sm:w-[28rem]')}>
          <div className="px-5 pt-5">
            <AlertDialog.Title className="text-base font-semibold">{title}</AlertDialog.Title>
            <AlertDialog.Description className="mt-1.5 text-pretty text-ink-soft">{children}</AlertDialog.Description>
          </div>
          <div className="flex justify-end gap-2 p-5">
            <AlertDialog.Close className={buttonClass('plain')}>Cancel</AlertDialog.Close>
            <Button look="danger" disabled={busy ?? false} onClick={onConfirm}>
              {confirmLabel}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
