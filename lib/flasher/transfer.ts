/** How far a transfer is, how fast it goes and how long it will take: what a progress bar shows. */

/** Before that a speed says nothing. */
const MEASURED_FROM_MS = 300;

export interface Transfer {
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly startedAtMs: number;
  readonly nowMs: number;
}

export interface TransferView {
  /** Undefined until it has been measured. */
  readonly bytesPerS: number | undefined;
  readonly leftMs: number | undefined;
}

export function startTransfer(totalBytes: number, nowMs: number): Transfer {
  return { doneBytes: 0, totalBytes, startedAtMs: nowMs, nowMs };
}

export function advance(transfer: Transfer, doneBytes: number, nowMs: number): Transfer {
  return { ...transfer, doneBytes: Math.max(transfer.doneBytes, doneBytes), nowMs };
}

export function viewTransfer({ doneBytes, totalBytes, startedAtMs, nowMs }: Transfer): TransferView {
  const elapsedMs = nowMs - startedAtMs;
  if (elapsedMs < MEASURED_FROM_MS || doneBytes === 0) return { bytesPerS: undefined, leftMs: undefined };
  const bytesPerMs = doneBytes / elapsedMs;
  return { bytesPerS: Math.round(bytesPerMs * 1000), leftMs: Math.round((totalBytes - doneBytes) / bytesPerMs) };
}
