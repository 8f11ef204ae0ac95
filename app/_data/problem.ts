import { ApiError } from '#lib/api/client.ts';
import { showToast } from '../_ui/toast.tsx';

export interface Problem {
  readonly title: string;
  readonly hint: string;
}

/** What to tell a person about a failed request: what happened, and what to do next. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError && error.code !== 'hub_unreachable') {
    // The id leads to the line in the hub's log; for an expected refusal there is nothing to look up.
    const id = error.code === 'internal' && error.id ? ` Error id: ${error.id}.` : '';
    return { title: error.message, hint: `${error.hint}${id}` };
  }
  return {
    title: 'The hub does not answer.',
    hint: 'See whether it is running and reachable; the console tries again.',
  };
}

/** For a failed action whose place on the page has gone. */
export function toastProblem(error: unknown): void {
  const { title, hint } = problemOf(error);
  showToast({ title, description: hint, look: 'error' });
}
