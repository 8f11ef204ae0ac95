export interface PythonToken {
  readonly kind: 'name' | 'number' | 'string' | 'op';
  readonly value: string;
  /** From 1. */
  readonly line: number;
  /** From 0, in UTF-16 units. */
  readonly column: number;
}

/** Logical lines of tokens, without comments and spaces. */
export function readPython(text: string): PythonToken[][];
