import { signalWord } from '../../../_ui/units.ts';

/** Strength of the board's Wi-Fi: the word first, the number for those who want it. */
export function Signal({ dbm }: { dbm: number }) {
  return (
    <span className="whitespace-nowrap tabular-nums">
      {signalWord(dbm)} <span className="text-ink-faint">{dbm} dBm</span>
    </span>
  );
}
