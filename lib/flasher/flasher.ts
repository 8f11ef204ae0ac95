/**
 * Flashes and provisions one board over one port, in a browser and in Node alike. It asks for nothing by itself: firmware and key
 * come from the order. flash-state.ts is what a screen shows, stage-texts.ts its sentences, failures.ts every bad end; the order of
 * things is machine.ts, the doing flash-steps.ts.
 */
import { isFlashFailure, wordsOf } from './failures.ts';
import { type FlashPlan, type FlashState, hasEnded } from './flash-state.ts';
import { type FlashOrder, FlashSteps } from './flash-steps.ts';
import { again, begin, type FlashEffect, type FlashInput, step } from './machine.ts';

export interface FlashRun {
  readonly state: FlashState;
  /** Resolves when it has ended, well or badly, and the port is closed. */
  readonly ended: Promise<FlashState>;
  subscribe(listener: (state: FlashState) => void): () => void;
  /** At any stage; the state then says what the board is left as. */
  cancel(): void;
}

/** Begins at once; `before` is the run that failed, when this one tries again. */
export function startFlash(order: FlashOrder, before?: FlashState): FlashRun {
  return new Run(order, before);
}

class Run implements FlashRun {
  readonly ended: Promise<FlashState>;
  readonly #steps: FlashSteps;
  readonly #listeners = new Set<(state: FlashState) => void>();
  #state: FlashState;
  #effects: readonly FlashEffect[];

  constructor(order: FlashOrder, before: FlashState | undefined) {
    const first = before ? again(before, order.plan) : begin(order.plan);
    this.#state = first.state;
    this.#effects = first.effects;
    this.#steps = new FlashSteps({ ...order, plan: planOf(first.state) }, (input) => this.#feed(input));
    this.ended = this.#runAll();
  }

  get state(): FlashState {
    return this.#state;
  }

  subscribe(listener: (state: FlashState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  cancel(): void {
    this.#feed({ on: 'cancel' });
    if (this.#state.stage === 'cancelled') this.#steps.stop(new Error('Cancelled.'));
  }

  async #runAll(): Promise<FlashState> {
    // Whoever started it may first subscribe.
    await Promise.resolve();
    for (
      let [effect] = this.#effects;
      effect && effect.do !== 'close' && !hasEnded(this.#state);
      [effect] = this.#effects
    ) {
      this.#effects = [];
      this.#feed(await this.#carryOut(effect));
    }
    await this.#steps.close();
    return this.#state;
  }

  async #carryOut(effect: Exclude<FlashEffect, { do: 'close' }>): Promise<FlashInput> {
    try {
      return await this.#perform(effect);
    } catch (error) {
      const code = isFlashFailure(error) ? error.code : 'internal';
      return { on: 'failed', code, detail: isFlashFailure(error) ? error.detail : wordsOf(error) };
    }
  }

  #perform(effect: Exclude<FlashEffect, { do: 'close' }>): Promise<FlashInput> {
    switch (effect.do) {
      case 'open-chip':
        return this.#steps.openChip(effect.baud);
      case 'load-image':
        return this.#steps.loadImage();
      case 'erase':
        return this.#steps.erase();
      case 'write':
        return this.#steps.write();
      case 'verify':
        return this.#steps.verify();
      case 'start-python':
        return this.#steps.startPython(effect.isFresh);
      case 'ask-hub':
        return this.#steps.askHub();
      case 'provision':
        return this.#steps.provision();
      case 'watch':
        return this.#steps.watch();
      default:
        return effect satisfies never;
    }
  }

  #feed(input: FlashInput): void {
    const before = this.#state;
    const { state, effects } = step(before, input);
    if (effects.length > 0) this.#effects = effects;
    if (state === before) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener(state);
  }
}

function planOf({ plan }: FlashState): FlashPlan {
  return plan;
}
