/**
 * A SerialLine in the shape that esptool-js opens, reads and closes. Its locks and its endless polls stay on this side: after
 * `detach` every call fails, and the real port is ours to close.
 */
import { FlashFailure } from './failures.ts';
import type { PortSignals } from './port.ts';
import type { SerialLine } from './serial-line.ts';

export class EsptoolPort {
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;
  readonly #line: SerialLine;
  #stop: () => void = () => undefined;
  #isDetached = false;

  constructor(line: SerialLine) {
    this.#line = line;
  }

  getInfo(): { readonly usbVendorId?: number; readonly usbProductId?: number } {
    return this.#line.portInfo;
  }

  async open({ baudRate }: { readonly baudRate: number }): Promise<void> {
    this.#check();
    await this.#line.setBaud(baudRate);
    this.readable = new ReadableStream({
      start: (controller) => {
        this.#stop = this.#line.listen(
          (bytes) => controller.enqueue(bytes),
          (reason) => controller.error(reason),
        );
      },
      cancel: () => this.#stop(),
    });
    this.writable = new WritableStream({ write: (bytes) => this.#send(bytes) });
  }

  async close(): Promise<void> {
    this.#stop();
    this.readable = null;
    this.writable = null;
  }

  /** esptool-js asks for this before it closes and opens again. */
  async setBaudRate(baudRate: number): Promise<void> {
    this.#check();
    await this.#line.setBaud(baudRate);
  }

  async setSignals({ dataTerminalReady, requestToSend }: PortSignals): Promise<void> {
    this.#check();
    await this.#line.setSignals({
      ...(dataTerminalReady === undefined ? {} : { dataTerminalReady }),
      ...(requestToSend === undefined ? {} : { requestToSend }),
    });
  }

  /** From now on the loader reaches nothing. */
  detach(): void {
    this.#isDetached = true;
    this.#stop();
  }

  async #send(bytes: Uint8Array): Promise<void> {
    this.#check();
    await this.#line.write(bytes);
  }

  #check(): void {
    if (this.#isDetached) throw new FlashFailure('port_gone');
  }
}
