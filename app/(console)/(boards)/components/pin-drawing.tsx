const pins = [0, 1, 2, 3, 4, 5];

/** A board under a cloud, with one line of Python between them. Decoration only. */
export function PinDrawing() {
  return (
    <svg viewBox="0 -8 240 152" aria-hidden className="w-60" fill="none" strokeLinecap="round" strokeLinejoin="round">
      <path
        d="M92 52a17 17 0 0 1-2.6-33.8A25 25 0 0 1 138 15.5a19 19 0 0 1-1.5 36.5Z"
        className="fill-accent-soft stroke-accent"
        strokeWidth="2"
      />
      <path d="M116 58v24" className="stroke-accent" strokeWidth="2" strokeDasharray="1 7">
        <animate attributeName="stroke-dashoffset" from="0" to="-16" dur="1.6s" repeatCount="3" />
      </path>
      <rect x="56" y="88" width="120" height="44" rx="8" className="fill-surface stroke-line-strong" strokeWidth="2" />
      <rect x="68" y="98" width="34" height="24" rx="4" className="fill-sunken stroke-line-strong" strokeWidth="2" />
      <path d="M114 104h34M122 111h38M122 118h20" className="stroke-accent" strokeWidth="3" opacity="0.75" />
      {pins.map((pin) => (
        <path
          key={pin}
          d={`M${66 + pin * 20} 132v8M${66 + pin * 20} 88v-5`}
          className="stroke-line-strong"
          strokeWidth="3"
          opacity={pin === 2 || pin === 3 ? 0.9 : 1}
        />
      ))}
    </svg>
  );
}
