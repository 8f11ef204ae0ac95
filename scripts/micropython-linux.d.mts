/** `bits` is 64 where only the system's own MicroPython was found: sizes in bytes then differ from a board's. */
export function ensureMicropython(): Promise<{ path: string; bits: 32 | 64 }>;
