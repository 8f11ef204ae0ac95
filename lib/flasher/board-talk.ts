/**
 * What a board that was just provisioned says on its cable, one line a step, until the hub has welcomed it (device/client: cm_dial,
 * cm_rare): `@cm wifi 1`, `@cm ip 192.168.1.7`, `@cm http`, `@cm shake`, `@cm home`, and `@cm lost` for an attempt that failed.
 * Here the lines become where the board is, and in the end whether it arrived or why not. Pure: watch-board.ts feeds it.
 */
import type { FailureCode } from './failures.ts';

/** A network is missed in one scan and a server may be busy once: a failure counts when it comes again. */
const TIMES_TO_BELIEVE = 2;
/** It is told after fifteen seconds of waiting, no sooner. */
const CERTAIN_AT_ONCE: FailureCode = 'wifi_no_address';

/**
 * `wifi`: looks for the network; `address`: is in it, waits for an address; `hub`: dials; `upgrade`: something
 * answered; `proof`: both prove who they are; `home`: the hub has welcomed it.
 */
export type LinkStep = 'starting' | 'wifi' | 'address' | 'hub' | 'upgrade' | 'proof' | 'home';

export interface Talk {
  readonly step: LinkStep;
  /** The board's own address, once it has one. */
  readonly ip: string | undefined;
  /** The last failure and how often it came in a row. */
  readonly trouble: { readonly code: FailureCode; readonly times: number } | undefined;
}

export const silence: Talk = { step: 'starting', ip: undefined, trouble: undefined };

/** The prompt of the REPL may stand before it: nobody has typed anything there. */
const LINE = /^(?:>>> )?@cm (\w+)(?: (\S+))?/;
/** WLAN.status() of an ESP8266; 6 is ours: in the network and without an address. */
const WIFI_FAILURES: Record<string, FailureCode> = {
  2: 'wifi_wrong_password',
  3: 'wifi_not_found',
  4: 'wifi_refused',
};
/** What it is called when the board comes no further than that. */
const AT_LAST: Record<LinkStep, FailureCode> = {
  starting: 'client_silent',
  wifi: 'wifi_refused',
  address: 'wifi_no_address',
  hub: 'hub_not_reachable',
  upgrade: 'hub_is_something_else',
  proof: 'hub_not_proved',
  home: 'internal',
};

/** One line of the console, the board's own or anybody's. */
export function hear(talk: Talk, line: string): Talk {
  const [, word, detail = ''] = LINE.exec(line) ?? [];
  switch (word) {
    case 'wifi':
      return hearWifi(talk, detail);
    case 'ip':
      return { ...talk, step: 'hub', ip: detail };
    case 'http':
      return { ...talk, step: 'upgrade' };
    case 'shake':
      return { ...talk, step: 'proof' };
    case 'home':
      return { ...talk, step: 'home', trouble: undefined };
    case 'lost':
      return believe(talk, lostCode(talk));
    default:
      return talk;
  }
}

/** The failure to report, when it is certain. */
export function verdict({ trouble }: Talk): FailureCode | undefined {
  const isCertain = trouble && (trouble.code === CERTAIN_AT_ONCE || trouble.times >= TIMES_TO_BELIEVE);
  return isCertain ? trouble.code : undefined;
}

/** The failure to report when the time is up. */
export function verdictAtLast(talk: Talk): FailureCode {
  return talk.trouble?.code ?? AT_LAST[talk.step];
}

function hearWifi(talk: Talk, status: string): Talk {
  const code = WIFI_FAILURES[status];
  if (code) return believe({ ...talk, step: 'wifi' }, code);
  return { ...talk, step: status === '6' ? 'address' : status === '5' ? 'hub' : 'wifi' };
}

/** A password that was refused just now says more than that the attempt took too long. */
function lostCode({ step, trouble }: Talk): FailureCode {
  return step === 'wifi' && trouble ? trouble.code : AT_LAST[step];
}

function believe(talk: Talk, code: FailureCode): Talk {
  const times = talk.trouble?.code === code ? talk.trouble.times + 1 : 1;
  return { ...talk, trouble: { code, times } };
}
