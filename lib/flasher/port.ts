/**
 * The port as the flasher needs it: what Web Serial's SerialPort has. A browser's port fits as it is; mbm and the emulated chip make
 * one of the same shape.
 */
export interface FlashPort {
  readonly readable: ReadableStream<Uint8Array> | null;
  readonly writable: WritableStream<Uint8Array> | null;
  open(options: { readonly baudRate: number; readonly bufferSize?: number }): Promise<void>;
  close(): Promise<void>;
  setSignals(signals: PortSignals): Promise<void>;
  getInfo(): { readonly usbVendorId?: number; readonly usbProductId?: number };
  /** Told when the cable is pulled, long before a read fails. */
  addEventListener(type: 'disconnect', listener: () => void): void;
  removeEventListener(type: 'disconnect', listener: () => void): void;
}

/** On boards with two transistors DTR alone pulls GPIO0 low, RTS alone holds the chip in reset. */
export interface PortSignals {
  readonly dataTerminalReady?: boolean;
  readonly requestToSend?: boolean;
}
