/**
 * Output of a board as text that cannot act: escape sequences of terminals are dropped, other control characters and those that
 * turn the direction of writing are made visible. A sequence may be cut between two pieces, so there is a state.
 */
const ESC = '\u001b';
const BELL = '\u0007';
/** Parts of a sequence after ESC: a command with parameters, a title up to BELL or ESC \, a string up to ESC \. */
const PARAMETERS = String.raw`\[[0-?]*[ -/]*`;
const TITLE = String.raw`\][^${BELL}${ESC}]*`;
const STRING = `[PX^_][^${ESC}]*`;

const sequences = new RegExp(
  String.raw`${ESC}(?:${PARAMETERS}[@-~]|${TITLE}(?:${BELL}|${ESC}\\)|${STRING}${ESC}\\|[@-Z\\^_\x60-~0-?])`,
  'g',
);
const unfinished = new RegExp(`${ESC}(?:${PARAMETERS}|${TITLE}${ESC}?|${STRING}${ESC}?)?$`);
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Longer than any real sequence: an escape that never ends is shown rather than kept. */
const LONGEST_SEQUENCE = 256;
const CONTROL_PICTURES = 0x2400;
const DELETE_PICTURE = '\u2421';

function visible(character: string): string {
  const code = character.charCodeAt(0);
  return code === 0x7f ? DELETE_PICTURE : String.fromCharCode(CONTROL_PICTURES + code);
}

function neutral(text: string): string {
  return text
    .replace(sequences, '')
    .replace(/\r\n?/g, '\n')
    .replace(controls, visible)
    .replace(turning, (character) => `<U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`);
}

/** A whole text at once. */
export function plainText(text: string): string {
  return neutral(text);
}

/** Pieces of one stream, in their order. */
export class ControlText {
  #kept = '';

  push(piece: string): string {
    const text = this.#kept + piece;
    // A carriage return may be followed by its line feed, an escape by the rest of its sequence.
    const tail = text.endsWith('\r') ? '\r' : (unfinished.exec(text)?.[0] ?? '');
    this.#kept = tail.length > LONGEST_SEQUENCE ? '' : tail;
    return neutral(text.slice(0, text.length - this.#kept.length));
  }
}
