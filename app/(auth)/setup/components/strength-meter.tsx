import { cx } from '../../../_ui/cx.ts';
import type { Strength } from '../password-strength.ts';

const colours = ['bg-line-strong', 'bg-bad-solid', 'bg-busy-mark', 'bg-good-mark', 'bg-good-mark'] as const;
const segments = [1, 2, 3, 4] as const;

/** Four segments and the words beside them: the words carry the meaning. */
export function StrengthMeter({ strength }: { strength: Strength }) {
  return (
    <div className="flex items-center gap-3">
      <div aria-hidden className="flex w-24 shrink-0 gap-1">
        {segments.map((segment) => (
          <span
            key={segment}
            className={cx(
              'h-1 flex-1 rounded-full transition-colors',
              segment <= strength.level ? colours[strength.level] : 'bg-line',
            )}
          />
        ))}
      </div>
      <span aria-live="polite">{strength.words}</span>
    </div>
  );
}
