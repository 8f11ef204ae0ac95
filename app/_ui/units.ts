/** Numbers with their unit, short enough for a table cell. */
const KIB = 1024;

/** `512 B`, `28.4 KB`, `3.1 MB`; powers of 1024, as a board's memory is counted. */
export function bytesText(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`;
  if (bytes < KIB * KIB) return `${(bytes / KIB).toFixed(1)} KB`;
  return `${(bytes / KIB / KIB).toFixed(1)} MB`;
}

/** What a signal strength means to a person. */
export function signalWord(dbm: number): string {
  if (dbm >= -55) return 'excellent';
  if (dbm >= -67) return 'good';
  if (dbm >= -75) return 'fair';
  return 'weak';
}
