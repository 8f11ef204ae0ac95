/** How often somebody may try: per account, so that one password is not guessed, and per address, so that many are not. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

export const ATTEMPTS_PER_ACCOUNT = 10;
export const ATTEMPTS_PER_ADDRESS = 60;
const WINDOW_S = 15 * 60;

export interface Attempts {
  /** Counts one attempt; answers the seconds to wait when there were too many. */
  count(account: string, address: string): Promise<number | undefined>;
  /** The account's owner has shown up: earlier mistakes are forgotten. */
  forgive(account: string): Promise<void>;
}

export function createAttempts(): Attempts {
  const perAccount = new RateLimiterMemory({ points: ATTEMPTS_PER_ACCOUNT, duration: WINDOW_S });
  const perAddress = new RateLimiterMemory({ points: ATTEMPTS_PER_ADDRESS, duration: WINDOW_S });
  return {
    async count(account, address) {
      try {
        await perAddress.consume(address);
        await perAccount.consume(account);
        return undefined;
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
        throw refused;
      }
    },
    async forgive(account) {
      await perAccount.delete(account);
    },
  };
}
