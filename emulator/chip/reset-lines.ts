/**
 * The two transistors of a NodeMCU between the adapter's DTR and RTS and the chip's EN and GPIO0. A line is asserted when the host
 * says so, which makes it low; asserting both does nothing, so that opening a port does not reset the board.
 */
export interface Lines {
  readonly dtr: boolean;
  readonly rts: boolean;
}

export const isHeldInReset = ({ dtr, rts }: Lines): boolean => rts && !dtr;
export const isFlashLow = ({ dtr, rts }: Lines): boolean => dtr && !rts;
