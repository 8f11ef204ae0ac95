/** Tests wait for what a board does, never for time to pass; this bounds the wait and says what did not come. */
export const DEADLINE_MS = 20_000;

export async function within<T>(promise: Promise<T>, what: string, limitMs = DEADLINE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Nothing within ${limitMs} ms: ${what}.`)), limitMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
