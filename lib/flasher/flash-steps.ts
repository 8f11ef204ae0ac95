/** Carries out the effects of machine.ts one at a time on one port, and answers what came of each as the machine's next input. */
import { hexOf } from '../protocol/bytes.ts';
import type { Provision } from '../provision/files.ts';
import { deadlineIn } from '../repl/byte-stream.ts';
import { RawRepl } from '../repl/raw-repl.ts';
import { RESET_CODE } from './board-code.ts';
import { type ChipFacts, type ChipSession, openChip, SAFE_BAUD } from './chip.ts';
import { deflate } from './deflate.ts';
import { FlashFailure, wordsOf } from './failures.ts';
import { cleanRegions, type FirmwareVariant, fitsInFlash, rfData, variantFor, withHeader } from './flash-layout.ts';
import type { FlashPlan, PythonFacts } from './flash-state.ts';
import { checkImage, IMAGE_PROBLEMS } from './image.ts';
import type { FlashInput } from './machine.ts';
import { md5 } from './md5.ts';
import type { FlashPort } from './port.ts';
import { failureOfRepl, type ProvisionPlan, planProvision, provisionBoard, readFacts } from './provision-board.ts';
import { resetToRun } from './reset-cycle.ts';
import { SerialLine } from './serial-line.ts';
import { watchBoard } from './watch-board.ts';

/** The first start formats the file system: about three seconds, on slow flash eight. */
const FIRST_START_MS = 12_000;
/** With a program of the user's own there is no prompt to wait for. */
const START_MS = 3_000;
const ENTER_MS = 4_000;
const ENTER_AFTER_RESET_MS = 7_000;

export interface FlashOrder {
  readonly port: FlashPort;
  readonly plan: FlashPlan;
  /** The firmware for a board's flash, from the hub's catalogue or a file of the person's own. */
  firmware(variant: FirmwareVariant, chip: ChipFacts): Promise<Uint8Array>;
  /**
   * Id, single-use key, client and addresses for the board that answers: the same chip is the same board. Asked anew by each try;
   * a key that has not been used yet may be given again.
   */
  provision(board: PythonFacts): Promise<Provision>;
}

interface Piece {
  readonly address: number;
  readonly data: Uint8Array;
  readonly packed: Uint8Array;
}

export class FlashSteps {
  readonly #order: FlashOrder;
  readonly #tell: (input: FlashInput) => void;
  #line: SerialLine | undefined;
  #stopped: Error | undefined;
  #session: ChipSession | undefined;
  #chip: ChipFacts | undefined;
  #pieces: readonly Piece[] = [];
  #imageBytes = 0;
  #repl: RawRepl | undefined;
  #facts: PythonFacts | undefined;
  #work: ProvisionPlan | undefined;

  constructor(order: FlashOrder, tell: (input: FlashInput) => void) {
    this.#order = order;
    this.#tell = tell;
  }

  async openChip(baud: number): Promise<FlashInput> {
    this.#session?.release();
    const line = await this.#openLine();
    const opened = await openChip(line, baud);
    this.#session = opened.session;
    this.#chip = opened.facts;
    return { on: 'chip', facts: opened.facts, baud: opened.baud };
  }

  async loadImage(): Promise<FlashInput> {
    const chip = need(this.#chip);
    const variant = variantFor(chip.flashBytes);
    if (!variant) throw new FlashFailure('flash_too_small', String(chip.flashBytes));
    const image = await this.#firmware(variant, chip);
    const check = checkImage(image);
    if (!check.ok) throw new FlashFailure('image_refused', IMAGE_PROBLEMS[check.reason]);
    if (!fitsInFlash(image.length, chip.flashBytes)) throw new FlashFailure('image_too_large');
    const rf = rfData(image, chip.flashBytes);
    const main = { address: 0, data: withHeader(image, chip.flashBytes, this.#order.plan.flashMode) };
    const parts = rf ? [main, rf] : [main];
    this.#pieces = await Promise.all(parts.map(async (part) => ({ ...part, packed: await deflate(part.data) })));
    this.#imageBytes = image.length;
    const hasRfData = rf !== undefined || chip.flashBytes <= 4 * 1024 * 1024;
    return { on: 'image', packedBytes: this.#packedBytes(), nowMs: performance.now(), hasRfData };
  }

  async erase(): Promise<FlashInput> {
    for (const region of cleanRegions(this.#imageBytes, need(this.#chip).flashBytes)) {
      await need(this.#session).erase(region);
    }
    return { on: 'erased', packedBytes: this.#packedBytes(), nowMs: performance.now() };
  }

  async write(): Promise<FlashInput> {
    let before = 0;
    for (const { address, data, packed } of this.#pieces) {
      await need(this.#session).write(address, data.length, packed, (doneBytes) => {
        this.#tell({ on: 'progress', doneBytes: before + doneBytes, nowMs: performance.now() });
      });
      before += packed.length;
    }
    return { on: 'written' };
  }

  async verify(): Promise<FlashInput> {
    for (const { address, data } of this.#pieces) {
      const found = await need(this.#session).md5({ address, sizeBytes: data.length });
      if (found !== hexOf(md5(data))) throw new FlashFailure('flash_defective', `at 0x${address.toString(16)}`);
    }
    return { on: 'verified' };
  }

  async startPython(isFresh: boolean): Promise<FlashInput> {
    this.#session?.release();
    this.#session = undefined;
    const line = await this.#openLine();
    const repl = new RawRepl(line);
    this.#repl = repl;
    try {
      await (isFresh ? this.#enterFresh(line, repl) : this.#enterRunning(line, repl));
      this.#facts = await readFacts(repl);
    } catch (error) {
      throw failureOfRepl(error, isFresh ? 'no_start' : 'no_micropython');
    }
    return { on: 'python', facts: this.#facts };
  }

  async askHub(): Promise<FlashInput> {
    const line = need(this.#line);
    const provision = await line.orEnd(this.#provision());
    try {
      this.#work = await planProvision(need(this.#repl), provision, this.#isClean);
    } catch (error) {
      throw failureOfRepl(error, 'files_failed');
    }
    return { on: 'identity', totalBytes: this.#work.totalBytes, nowMs: performance.now() };
  }

  async provision(): Promise<FlashInput> {
    try {
      const notices = await provisionBoard(need(this.#repl), need(this.#work), (doneBytes) =>
        this.#tell({ on: 'progress', doneBytes, nowMs: performance.now() }),
      );
      return { on: 'provisioned', notices };
    } catch (error) {
      throw failureOfRepl(error, 'files_failed');
    }
  }

  async watch(): Promise<FlashInput> {
    const repl = need(this.#repl);
    const { home } = watchBoard(need(this.#line), (talk) => this.#tell({ on: 'said', talk }));
    // Heard by `home` as well; alone it would count as nobody's.
    home.catch(() => undefined);
    await repl.start(RESET_CODE);
    repl.close();
    return { on: 'online', ip: await home };
  }

  /** Ends whatever waits. */
  stop(reason: Error): void {
    this.#stopped = reason;
    this.#line?.end(reason);
  }

  async close(): Promise<void> {
    this.#session?.release();
    this.#repl?.close();
    await this.#line?.close();
    this.#line = undefined;
  }

  async #openLine(): Promise<SerialLine> {
    if (this.#line) await this.#line.setBaud(SAFE_BAUD);
    else this.#line = await SerialLine.open(this.#order.port, SAFE_BAUD);
    // Cancelled while the port was opening.
    if (this.#stopped) this.#line.end(this.#stopped);
    return this.#line;
  }

  /** An interrupt would end the making of the file system: the prompt is waited for first. */
  async #enterFresh(line: SerialLine, repl: RawRepl): Promise<void> {
    await resetToRun(line);
    await repl.waitForPrompt(deadlineIn(this.#isClean ? FIRST_START_MS : START_MS));
    await repl.enter({ deadline: deadlineIn(ENTER_AFTER_RESET_MS), softReset: !this.#isClean });
  }

  /** First without a reset; a board in its boot loader, or with a program that catches the interrupt, needs one. */
  async #enterRunning(line: SerialLine, repl: RawRepl): Promise<void> {
    try {
      await repl.enter({ deadline: deadlineIn(ENTER_MS), softReset: true });
    } catch (error) {
      if (line.reason) throw error;
      await resetToRun(line);
      await repl.enter({ deadline: deadlineIn(ENTER_AFTER_RESET_MS), softReset: true });
    }
  }

  async #firmware(variant: FirmwareVariant, chip: ChipFacts): Promise<Uint8Array> {
    try {
      return await need(this.#line).orEnd(this.#order.firmware(variant, chip));
    } catch (error) {
      throw this.#line?.reason ?? new FlashFailure('firmware_missing', wordsOf(error), { cause: error });
    }
  }

  async #provision(): Promise<Provision> {
    try {
      return await this.#order.provision(need(this.#facts));
    } catch (error) {
      throw new FlashFailure('hub_refused', wordsOf(error), { cause: error });
    }
  }

  get #isClean(): boolean {
    return this.#order.plan.intention === 'clean';
  }

  #packedBytes(): number {
    return this.#pieces.reduce((sum, { packed }) => sum + packed.length, 0);
  }
}

/** The machine orders the steps so that what one needs was made by one before. */
function need<T>(value: T | undefined): T {
  if (value === undefined) throw new FlashFailure('internal', 'A step came before the one it needs.');
  return value;
}
