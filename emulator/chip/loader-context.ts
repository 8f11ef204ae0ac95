/** What the loader asks of the chip, and what its commands may do. */
import type { FlashMemory } from './flash-memory.ts';
import type { FlashWriter } from './flash-writer.ts';
import { OP, type Request, type Response } from './loader-packets.ts';
import type { Registers } from './registers.ts';
import type { Workload } from './timing.ts';

/** How often the loader says what has to be heard: that it is there, and that it does not understand. */
export const REPEATS = 8;

export interface LoaderParts {
  readonly registers: Registers;
  readonly flash: FlashMemory;
  readonly work: Workload;
  /** The ROM of an ESP32 answers with more status bytes. */
  readonly romStatusBytes: number;
  /** A rate of 0 is found out by the first bytes that come, as the ROM does. */
  readonly baud: () => number;
  readonly setBaud: (baud: number) => void;
  readonly send: (bytes: Uint8Array) => void;
  /** Starts what is in flash; `inDownloadMode` the ROM's loader once more, since nobody has moved GPIO0. */
  readonly restart: (inDownloadMode: boolean) => void;
  readonly onCommand: (name: string) => void;
}

/** What a command answers, and what it does when the answer is out. */
export interface Answer extends Response {
  readonly after?: () => Promise<void> | void;
}

export type Command = (request: Request) => Promise<Answer | undefined> | Answer | undefined;

export interface CommandContext extends Omit<LoaderParts, 'send' | 'romStatusBytes' | 'onCommand'> {
  readonly writer: FlashWriter;
  readonly reply: (op: number, response: Response) => void;
  readonly sendPacket: (packet: Uint8Array) => void;
  /** The next packet from the host, which is not a command; undefined when the loader ends first. */
  readonly nextPacket: () => Promise<Uint8Array | undefined>;
  readonly runStub: () => void;
}

/** The host's first words come eight times back. */
export function answerSync(context: CommandContext, value: number): undefined {
  for (let i = 0; i < REPEATS; i++) context.reply(OP.sync, { value });
}
