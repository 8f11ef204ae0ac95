/** The line of code that says most: comments, blank lines and imports are passed over while there is something else. */
const preamble = /^(?:#|import\s|from\s.+\simport\s|$)/;

export function firstLineOf(code: string): string {
  const lines = code.split('\n').map((line) => line.trim());
  return lines.find((line) => !preamble.test(line)) ?? lines.find((line) => line !== '') ?? '(empty)';
}
