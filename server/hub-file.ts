/** `hub.json` in the data folder: how `mbm` on this machine finds the hub that runs. Gone when it has stopped. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { HUB_FILE, type HubFile } from '#lib/node/data-dir.ts';
import { writePrivateFile } from './store/secrets.ts';

export interface HubFileWriter {
  write(where: { readonly url: string; readonly port: number; readonly setupUrl: string | undefined }): void;
  /** There is an account now: the link is of no use to anybody. */
  forgetSetup(): void;
  remove(): void;
}

export function createHubFile(dataDir: string, startedAt: number): HubFileWriter {
  const file = join(dataDir, HUB_FILE);
  let written: HubFile | undefined;

  function save(content: HubFile): void {
    written = content;
    writePrivateFile(file, `${JSON.stringify(content, null, 2)}\n`);
  }

  return {
    write({ url, port, setupUrl }) {
      save({
        pid: process.pid,
        port,
        url,
        startedAt: new Date(startedAt).toISOString(),
        ...(setupUrl ? { setupUrl } : {}),
      });
    },
    forgetSetup() {
      if (!written) return;
      const { setupUrl: _, ...rest } = written;
      save(rest);
    },
    remove: () => rmSync(file, { force: true }),
  };
}
