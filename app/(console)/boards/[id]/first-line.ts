/** The first line of code that says something: comments and blank lines are passed over. */
export function firstLineOf(code: string): string {
  const lines = code.split('\n').map((line) => line.trim());
  return lines.find((line) => line !== '' && !line.startsWith('#')) ?? lines.find((line) => line !== '') ?? '(empty)';
}
