'use client';
import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { buttonClass } from './button.tsx';
import { cx } from './cx.ts';

const manager = Toast.createToastManager();

interface ToastOptions {
  title: string;
  description?: string;
  look?: 'info' | 'error';
  action?: { label: string; onClick: () => void };
}

/** Says that something has happened elsewhere than where the person looks. Errors stay longer. */
export function showToast({ title, description, look = 'info', action }: ToastOptions): void {
  manager.add({
    title,
    description,
    type: look,
    priority: look === 'error' ? 'high' : 'low',
    timeout: look === 'error' ? 10_000 : 5_000,
    ...(action ? { actionProps: { children: action.label, onClick: action.onClick } } : {}),
  });
}

function ToastList() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      swipeDirection={['right', 'down']}
      className={cx(
        'rounded-xl border bg-raised p-3 pl-4 shadow-pop transition-[opacity,translate] duration-200',
        'data-starting-style:translate-y-2 data-starting-style:opacity-0 data-ending-style:opacity-0 data-limited:hidden',
        toast.type === 'error' && 'border-bad-line',
      )}
    >
      <Toast.Content className="flex items-start gap-3">
        <div className="min-w-0 flex-1 py-0.5">
          <Toast.Title className={cx('font-medium', toast.type === 'error' && 'text-bad')} />
          <Toast.Description className="text-ink-soft wrap-break-word" />
        </div>
        {toast.actionProps ? <Toast.Action className={buttonClass('plain', 'small')} /> : null}
        <Toast.Close aria-label="Dismiss" className={buttonClass('ghost', 'iconSmall')}>
          <X aria-hidden />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}

export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-4 z-50 flex w-[calc(100vw-2rem)] flex-col gap-2 sm:w-96">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}
