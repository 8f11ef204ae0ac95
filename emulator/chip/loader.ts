/**
 * The serial loader: the ROM's after a reset with GPIO0 low, and the stub that tools load into RAM. Packets in, answers out, one
 * command at a time; what the commands do is in rom-commands.ts and stub-commands.ts.
 */
import { FlashWriter } from './flash-writer.ts';
import { type Command, type CommandContext, type LoaderParts, REPEATS } from './loader-context.ts';
import { type OpName, Request, type Response, responsePacket } from './loader-packets.ts';
import { romCommands } from './rom-commands.ts';
import { SlipReader, slipFrame } from './slip.ts';
import { stubCommands } from './stub-commands.ts';

/** The first packet of a stub. */
const STUB_GREETING = 'OHAI';
const STUB_STATUS_BYTES = 2;
/** The ROM's answer to what it does not know: not under the command's own number, and several times. */
const ROM_INVALID_MESSAGE = 0x05;
const STUB_NOT_IMPLEMENTED = 0xff;

export class Loader {
  readonly #parts: LoaderParts;
  readonly #reader = new SlipReader();
  readonly #writer: FlashWriter;
  #commands: ReadonlyMap<OpName, Command>;
  #isStub = false;
  #isOver = false;
  #queue: Promise<void> = Promise.resolve();
  #wanted: ((packet: Uint8Array | undefined) => void) | undefined;

  constructor(parts: LoaderParts) {
    this.#parts = parts;
    this.#writer = new FlashWriter(parts.flash, (ms) => parts.work.take(ms));
    this.#commands = romCommands(this.#context());
  }

  receive(bytes: Uint8Array): void {
    for (const packet of this.#reader.read(bytes)) {
      const wanted = this.#wanted;
      this.#wanted = undefined;
      if (wanted !== undefined) wanted(packet);
      else this.#queue = this.#queue.then(() => this.#run(packet));
    }
  }

  /** Reset or power off: what it was doing ends here. */
  stop(): void {
    this.#isOver = true;
    this.#wanted?.(undefined);
    this.#writer.end();
  }

  async #run(packet: Uint8Array): Promise<void> {
    const request = Request.parse(packet);
    if (request === undefined || this.#isOver) return;
    const { name } = request;
    const command = name && this.#commands.get(name);
    this.#parts.onCommand(`${this.#isStub ? 'stub' : 'rom'}:${name ?? `0x${request.op.toString(16)}`}`);
    if (command === undefined) {
      this.#refuse(request.op);
      return;
    }
    const answer = await command(request);
    if (answer === undefined || this.#isOver) return;
    this.#reply(request.op, answer);
    await answer.after?.();
  }

  #refuse(op: number): void {
    if (this.#isStub) this.#reply(op, { error: STUB_NOT_IMPLEMENTED });
    else for (let i = 0; i < REPEATS; i++) this.#reply(0, { error: ROM_INVALID_MESSAGE });
  }

  #reply(op: number, response: Response): void {
    const statusBytes = this.#isStub ? STUB_STATUS_BYTES : this.#parts.romStatusBytes;
    this.#sendPacket(responsePacket(op, statusBytes, response));
  }

  #sendPacket(packet: Uint8Array): void {
    if (!this.#isOver) this.#parts.send(slipFrame(packet));
  }

  #context(): CommandContext {
    return {
      ...this.#parts,
      writer: this.#writer,
      reply: (op, response) => this.#reply(op, response),
      sendPacket: (packet) => this.#sendPacket(packet),
      nextPacket: () =>
        new Promise((resolve) => {
          if (this.#isOver) resolve(undefined);
          else this.#wanted = resolve;
        }),
      runStub: () => {
        this.#isStub = true;
        this.#commands = stubCommands(this.#context());
        this.#sendPacket(Buffer.from(STUB_GREETING));
      },
    };
  }
}
