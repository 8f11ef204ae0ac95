/** A hub of a story's own, for stories that end it the hard way. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ROOT } from './fixtures.ts';

export interface OwnHub {
  readonly url: string;
  /** Printed while the hub has no account. */
  readonly setupUrl: string | undefined;
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

/** Port 0 takes any; the answer's address says which. Resolves when the hub listens and has said all of it. */
export async function startOwnHub(dataDir: string, port: number): Promise<OwnHub> {
  const args = [`${ROOT}dist/server.mjs`, '--port', String(port), '--host', '127.0.0.1', '--data', dataDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const { url, setupUrl } = await readAddresses(child, port === 0);
  return {
    url,
    setupUrl,
    async kill(signal) {
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}

async function readAddresses(child: ChildProcess, isFirst: boolean): Promise<Pick<OwnHub, 'url' | 'setupUrl'>> {
  if (!child.stdout) throw new Error('The hub has no output to read.');
  let url: string | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    url ??= /listening on: (\S+)/.exec(line)?.[1];
    const setupUrl = /\S+\/setup\?token=\S+/.exec(line)?.[0];
    if (url && (setupUrl || !isFirst)) return { url, setupUrl };
  }
  throw new Error('The hub ended before it listened.');
}
