/** The process: start, say where, and stop when asked to. */
import { isAppError } from '#lib/errors.ts';
import { readConfig } from './config.ts';
import { type RunningHub, start } from './start.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

try {
  const starting = start(readConfig());
  // Before the first line is printed: whoever reads it may want to stop the hub at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stopper(starting));
  const hub = await starting;
  for (const url of hub.urls) say(`Cloudmanager service is listening on: ${url}`);
  if (hub.setupUrl) say(`Open this link once to make the first account: ${hub.setupUrl}`);
} catch (error) {
  console.error(isAppError(error) ? `${error.message} ${error.hint}` : error);
  process.exit(1);
}

/** The first signal stops in order; a second one does not wait. */
function stopper(starting: Promise<RunningHub>): () => void {
  let isStopping = false;
  return () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    starting
      .then((hub) => hub.stop())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
  };
}
