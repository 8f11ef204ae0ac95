/** The other processes of a measurement: started by file, asked by message, stopped for certain. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Generous: ten thousand boards are provisioned within one question. */
const ANSWER_TIMEOUT_MS = 180_000;

export interface Process {
  ask<Answer>(question: string, detail?: unknown): Promise<Answer>;
  /** SIGTERM, and resolves when it is gone. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** The hub as `npm run bench` has bundled it, under the options of `npm start`. */
export const startHubProcess = (...nodeOptions: string[]): Process =>
  startProcess('../dist/bench-hub.mjs', ['--max-semi-space-size=8', ...nodeOptions]);

/** Starts a file, named from this folder, which answers questions by `answer` below. */
export function startProcess(file: string, nodeOptions: readonly string[] = []): Process {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, [], { execArgv: [...nodeOptions], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  process.once('exit', () => child.kill('SIGKILL'));
  let next = 0;
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return gone;
  };
  return {
    ask: (question, detail) => askOnce(child, file, { id: next++, question, detail }),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

interface Question {
  readonly id: number;
  readonly question: string;
  readonly detail: unknown;
}
type Reply = { readonly id: number; readonly answer?: unknown; readonly error?: string };

function askOnce<Answer>(child: ChildProcess, file: string, question: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => finish(() => reject(new Error(`${file}: ${question.question}: ${reason}`)));
    const timer = setTimeout(() => fail(`no answer within ${ANSWER_TIMEOUT_MS} ms`), ANSWER_TIMEOUT_MS);
    const onExit = () => fail('the process has ended');
    const onMessage = (reply: Reply) => {
      if (reply.id !== question.id) return;
      // Both ends are ours and of one version: the answer has the type that the question asks for.
      if (reply.error === undefined) finish(() => resolve(reply.answer as Answer));
      else fail(reply.error);
    };
    const finish = (then: () => void) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
      then();
    };
    child.on('message', onMessage).on('exit', onExit);
    child.send(question);
  });
}

/** The other end: what a process file can be asked. */
export function answer(questions: Readonly<Record<string, (detail: never) => unknown>>): void {
  process.on('message', async ({ id, question, detail }: Question) => {
    try {
      const reply = await questions[question]?.(detail as never);
      process.send?.({ id, answer: reply } satisfies Reply);
    } catch (error) {
      process.send?.({
        id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      } satisfies Reply);
    }
  });
  process.on('disconnect', () => process.exit(0));
}

/** A folder that is gone when `use` has ended. */
export async function withFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'cloudmanager-bench-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
