/**
 * A state machine is one pure function: state and input to the next state and what to do.
 * Timers and sockets stay outside; the caller carries out the effects in their order.
 */
export interface Transition<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}

export type Machine<State, Input, Effect> = (state: State, input: Input) => Transition<State, Effect>;

/** Fails to compile when a union has a member that a switch does not handle. */
export function assertNever(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}
