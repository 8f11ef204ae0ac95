import { Meter as BaseMeter } from '@base-ui/react/meter';
import { cx } from './cx.ts';

interface MeterProps {
  label: string;
  value: number;
  max: number;
  /** Read out instead of the bare number. */
  text: string;
  warnAbove?: number;
}

/** How full something is. */
export function Meter({ label, value, max, text, warnAbove = 0.9 }: MeterProps) {
  return (
    <BaseMeter.Root value={value} max={max} aria-label={label} getAriaValueText={() => text}>
      <BaseMeter.Track className="h-1.5 w-full overflow-hidden rounded-full bg-hover">
        <BaseMeter.Indicator
          className={cx('h-full rounded-full', value > max * warnAbove ? 'bg-busy-mark' : 'bg-accent')}
        />
      </BaseMeter.Track>
    </BaseMeter.Root>
  );
}
