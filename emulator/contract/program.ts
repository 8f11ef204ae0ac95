/** Running a program on a board in a test: EXEC, credits as a hub gives them, and what came back. */
import { within } from './deadline.ts';
import type { BoardLink } from './test-hub.ts';

export interface Outcome {
  readonly output: string;
  readonly state: string;
  readonly status: number;
  readonly traceback: string;
  readonly job: number;
}

export interface Running {
  readonly rid: number;
  /** Resolves when the output so far contains the text. */
  sees(text: string): Promise<void>;
  input(text: string): void;
  interrupt(): void;
  ended(): Promise<Outcome>;
}

/** Starts a program; resolves when the board has said OK. Every OUT record is paid with a new credit. */
export async function start(link: BoardLink, source: string, job = 0): Promise<Running> {
  const rid = link.nextRid();
  link.send({ op: 'exec', rid, job, source });
  await link.expect('ok', rid);
  let output = '';
  let outcome: Outcome | undefined;

  async function step(): Promise<void> {
    const next = await link.expectProgress(rid);
    if (next.op === 'error') throw new Error(`The board refused the program: ${next.code} ${next.message}`);
    if (next.op === 'out') {
      output += Buffer.from(next.bytes).toString();
      link.send({ op: 'credit', rid, count: 1 });
    } else outcome = { output, state: next.state, status: next.status, traceback: next.traceback, job: next.job };
  }

  async function untilEnd(): Promise<Outcome> {
    while (outcome === undefined) await step();
    return outcome;
  }

  return {
    rid,
    async sees(text) {
      while (!output.includes(text)) {
        if (outcome !== undefined)
          throw new Error(`The program ended without printing ${text}: ${JSON.stringify(outcome)}`);
        await step();
      }
    },
    input: (text) => link.send({ op: 'input', rid, bytes: Buffer.from(text) }),
    interrupt: () => link.send({ op: 'interrupt', rid }),
    ended: () => within(untilEnd(), `the end of the program, which has printed ${output.length} characters`),
  };
}

export async function run(link: BoardLink, source: string, job = 0): Promise<Outcome> {
  return (await start(link, source, job)).ended();
}
