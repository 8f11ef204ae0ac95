import { describe, expect, test, vi } from 'vitest';
import { FlashFailure } from './failures.ts';
import type { FlashPort } from './port.ts';
import { SerialLine } from './serial-line.ts';

/** A port whose ends the test holds. */
class TestPort extends EventTarget implements FlashPort {
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;
  reading: ReadableStreamDefaultController<Uint8Array> | undefined;
  opened: number[] = [];
  isOpen = false;
  refusal: Error | undefined;
  takesWrites = true;

  async open({ baudRate }: { readonly baudRate: number }): Promise<void> {
    if (this.refusal) throw this.refusal;
    this.opened.push(baudRate);
    this.isOpen = true;
    this.renew();
    this.writable = new WritableStream({
      write: () => (this.takesWrites ? undefined : new Promise<void>(() => undefined)),
    });
  }

  renew(): void {
    this.readable = new ReadableStream({
      start: (controller) => {
        this.reading = controller;
      },
    });
  }

  async close(): Promise<void> {
    if (this.readable?.locked || this.writable?.locked) throw new TypeError('A stream is locked.');
    this.isOpen = false;
  }

  async setSignals(): Promise<void> {}

  getInfo(): { usbVendorId: number } {
    return { usbVendorId: 1 };
  }
}

async function open() {
  const port = new TestPort();
  const line = await SerialLine.open(port, 115_200);
  const heard: number[] = [];
  line.listen(
    (bytes) => heard.push(...bytes),
    () => undefined,
  );
  return { port, line, heard };
}

describe('opening', () => {
  test.each([
    ['port_busy', new DOMException('Failed to open serial port.', 'NetworkError')],
    ['port_refused', new Error('Error: Permission denied, cannot open /dev/ttyUSB0')],
    ['port_refused', new DOMException('No.', 'SecurityError')],
    ['port_gone', new Error('Error: No such file or directory, cannot open /dev/ttyUSB0')],
  ])('%s is told from what the system says', async (code, refusal) => {
    const port = new TestPort();
    port.refusal = refusal;
    await expect(SerialLine.open(port, 115_200)).rejects.toMatchObject({ code });
  });
});

describe('reading', () => {
  test('goes on after noise on the line', async () => {
    const { port, line, heard } = await open();
    const { reading } = port;
    port.renew();
    reading!.error(new DOMException('Framing error.', 'FramingError'));
    port.reading!.enqueue(Uint8Array.of(1, 2));
    await vi.waitFor(() => expect(heard).toEqual([1, 2]));
    await line.close();
  });

  test('a device that is lost ends everybody who waits', async () => {
    const { port, line } = await open();
    const waits = line.orEnd(new Promise(() => undefined));
    port.reading!.error(new DOMException('The device has been lost.', 'NetworkError'));
    await expect(waits).rejects.toMatchObject({ code: 'unplugged' });
    await line.close();
    expect(port.isOpen).toBe(false);
  });
});

describe('the end', () => {
  test('comes with the event of the cable, before any read fails', async () => {
    const { port, line } = await open();
    const waits = line.orEnd(new Promise(() => undefined));
    port.dispatchEvent(new Event('disconnect'));
    await expect(waits).rejects.toMatchObject({ code: 'unplugged' });
    await expect(line.write(Uint8Array.of(1))).rejects.toMatchObject({ code: 'unplugged' });
    await line.close();
  });

  test('closes the port though the device takes a write no more', async () => {
    const { port, line } = await open();
    port.takesWrites = false;
    const write = line.write(Uint8Array.of(1));
    line.end(new FlashFailure('internal', 'cancelled'));
    await expect(write).rejects.toMatchObject({ detail: 'cancelled' });
    await line.close();
    expect(port.isOpen).toBe(false);
  });

  test('another speed is another opening, and what listens stays', async () => {
    const { port, line, heard } = await open();
    await line.setBaud(460_800);
    await line.setBaud(460_800);
    port.reading!.enqueue(Uint8Array.of(3));
    await vi.waitFor(() => expect(heard).toEqual([3]));
    expect([port.opened, line.baud]).toEqual([[115_200, 460_800], 460_800]);
    await line.close();
  });
});
