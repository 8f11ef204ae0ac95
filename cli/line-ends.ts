/** Undoes what a board's console does to text: MicroPython writes `\r\n` for every `\n` that a program prints. */
export interface LineEnds {
  push(text: string): string;
  /** What was held back in case its `\n` was still to come. */
  end(): string;
}

export function createLineEnds(): LineEnds {
  let held = '';
  return {
    push(text) {
      const all = held + text;
      held = all.endsWith('\r') ? '\r' : '';
      return all.slice(0, all.length - held.length).replaceAll('\r\n', '\n');
    },
    end() {
      const rest = held;
      held = '';
      return rest;
    },
  };
}
