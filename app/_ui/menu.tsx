'use client';
import { Menu as BaseMenu } from '@base-ui/react/menu';
import { Check } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './cx.ts';

const itemClass =
  'flex w-full items-start gap-2.5 rounded-lg px-2.5 py-2 text-left outline-none select-none data-highlighted:bg-hover ' +
  '[&_svg]:mt-0.5 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-ink-faint';

interface MenuProps {
  trigger: ReactElement;
  children: ReactNode;
  align?: 'start' | 'end';
  className?: string;
}

export function Menu({ trigger, children, align = 'end', className }: MenuProps) {
  return (
    <BaseMenu.Root>
      <BaseMenu.Trigger render={trigger} />
      <BaseMenu.Portal>
        <BaseMenu.Backdrop className="fixed inset-0 z-20" />
        <BaseMenu.Positioner sideOffset={6} align={align} collisionPadding={12} className="z-30 outline-none">
          <BaseMenu.Popup
            className={cx(
              'min-w-52 origin-(--transform-origin) rounded-xl border bg-raised p-1 shadow-pop outline-none',
              'transition-[opacity,scale] duration-100 data-starting-style:scale-[0.98] data-starting-style:opacity-0 data-ending-style:opacity-0',
              className,
            )}
          >
            {children}
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}

interface MenuItemProps {
  icon?: ReactNode;
  /** One line under the label that says what will happen. */
  note?: string;
  danger?: boolean;
  onClick: () => void;
  children: ReactNode;
}

export function MenuItem({ icon, note, danger, onClick, children }: MenuItemProps) {
  return (
    <BaseMenu.Item className={cx(itemClass, danger && 'text-bad [&_svg]:text-bad')} onClick={onClick}>
      {icon}
      <span className="min-w-0">
        <span className="block">{children}</span>
        {note ? <span className="mt-0.5 block text-xs text-ink-faint">{note}</span> : null}
      </span>
    </BaseMenu.Item>
  );
}

interface MenuChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string; icon?: ReactNode }[];
  onChange: (value: Value) => void;
}

export function MenuChoice<Value extends string>({ label, value, options, onChange }: MenuChoiceProps<Value>) {
  return (
    <BaseMenu.RadioGroup value={value} onValueChange={onChange}>
      <BaseMenu.Group>
        <BaseMenu.GroupLabel className="px-2.5 pt-1.5 pb-1 text-xs font-medium text-ink-faint">
          {label}
        </BaseMenu.GroupLabel>
        {options.map((option) => (
          <BaseMenu.RadioItem key={option.value} value={option.value} className={itemClass}>
            {option.icon}
            <span className="flex-1">{option.label}</span>
            <BaseMenu.RadioItemIndicator>
              <Check aria-hidden className="text-accent!" />
            </BaseMenu.RadioItemIndicator>
          </BaseMenu.RadioItem>
        ))}
      </BaseMenu.Group>
    </BaseMenu.RadioGroup>
  );
}

export function MenuSeparator() {
  return <BaseMenu.Separator className="my-1 h-px bg-line" />;
}
