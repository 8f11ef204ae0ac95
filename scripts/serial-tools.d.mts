/** Debian's esptool and mpremote, as paths, or the reason why they cannot be had here. */
export function ensureSerialTools(): Promise<
  { esptool: string; mpremote: string; reason?: undefined } | { reason: string }
>;
