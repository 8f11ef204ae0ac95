'use client';
import { useQueryClient } from '@tanstack/react-query';
import { LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { signOut } from 'next-auth/react';
import { useEffect, useState } from 'react';
import type { Me } from '#lib/api/schema.ts';
import { toastProblem } from '../../_data/problem.ts';
import { Menu, MenuChoice, MenuItem, MenuSeparator } from '../../_ui/menu.tsx';
import { chooseTheme, currentTheme, type Theme } from '../../_ui/theme.ts';

const themeOptions = [
  { value: 'system', label: 'System', icon: <Monitor aria-hidden /> },
  { value: 'light', label: 'Light', icon: <Sun aria-hidden /> },
  { value: 'dark', label: 'Dark', icon: <Moon aria-hidden /> },
] as const;

function initialsOf(name: string): string {
  const letters = name.split(/\s+/).map((word) => [...word][0] ?? '');
  return [letters.at(0), letters.length > 1 ? letters.at(-1) : ''].join('').toUpperCase();
}

function ThemeChoice() {
  const [theme, setTheme] = useState<Theme>('system');
  useEffect(() => setTheme(currentTheme()), []);
  function change(next: Theme) {
    chooseTheme(next);
    setTheme(next);
  }
  return <MenuChoice label="Theme" value={theme} options={themeOptions} onChange={change} />;
}

function useSignOut() {
  const queries = useQueryClient();
  return async () => {
    try {
      await signOut({ redirect: false });
      queries.clear();
      window.location.assign('/sign-in');
    } catch (error) {
      toastProblem(error);
    }
  };
}

export function UserMenu({ userName, me }: { userName: string; me: Me | undefined }) {
  const leave = useSignOut();
  const trigger = (
    <button
      type="button"
      className="flex size-8 items-center justify-center rounded-full bg-accent-soft text-xs font-semibold text-accent hover:ring-2 hover:ring-accent/40"
    >
      {initialsOf(userName)}
      <span className="sr-only"> Account of {userName}</span>
    </button>
  );
  return (
    <Menu trigger={trigger} className="w-60">
      <div className="px-2.5 py-2">
        <p className="truncate font-medium">{userName}</p>
        <p className="truncate text-xs text-ink-faint">{me?.user?.email}</p>
        {me ? (
          <p className="mt-1 truncate text-xs text-ink-faint">
            {me.role} of {me.team.name}
          </p>
        ) : null}
      </div>
      <MenuSeparator />
      <ThemeChoice />
      <MenuSeparator />
      <MenuItem icon={<LogOut aria-hidden />} onClick={() => void leave()}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
