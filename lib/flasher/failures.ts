/**
 * Every way in which flashing and connecting a board can end badly: one sentence for what happened, one for what to do, and
 * what has to be asked before trying again. Screens and mbm show these and no others.
 */
export interface FailureRow {
  readonly sentence: string;
  readonly next: string;
  /** What *Try again* needs from the person; everything else is known already. */
  readonly asks: 'nothing' | 'port' | 'image' | 'wifi' | 'hub' | 'flash-mode';
}

export const FAILURES = {
  port_busy: {
    sentence: 'Another program uses the port.',
    next: 'Close serial monitors, IDEs and other pages that have it open, then try again.',
    asks: 'nothing',
  },
  port_refused: {
    sentence: 'This computer does not let you use the port.',
    next: 'On Linux, add yourself to the group dialout and sign in again; elsewhere, allow the port when asked.',
    asks: 'port',
  },
  port_gone: {
    sentence: 'The port is not there any more.',
    next: 'Plug the board in, choose its port and try again.',
    asks: 'port',
  },
  unplugged: {
    sentence: 'The board was unplugged.',
    next: 'Plug it in again and try again: it starts over, and nothing is lost that was not lost already.',
    asks: 'port',
  },
  no_bootloader: {
    sentence: 'The chip did not answer.',
    next: 'Use a cable with data wires. If the board has no automatic reset, hold FLASH (GPIO0 to GND), press RESET, release both, and try again.',
    asks: 'nothing',
  },
  wrong_chip: {
    sentence: 'This is not an ESP8266.',
    next: 'Only ESP8266 and ESP8285 boards can be flashed here. Choose the port of such a board.',
    asks: 'port',
  },
  chip_link_broken: {
    sentence: 'The chip stopped answering, at 115200 baud too.',
    next: 'Use a shorter cable or another USB port, without a hub between, and try again.',
    asks: 'nothing',
  },
  flash_unknown: {
    sentence: 'The size of the flash memory cannot be read.',
    next: 'Take away whatever is wired to GPIO6 to GPIO11 and try again; else the flash chip is broken.',
    asks: 'nothing',
  },
  flash_too_small: {
    sentence: 'The flash memory is smaller than 1 MB: there is no room for files.',
    next: 'Use a board with 1 MB of flash or more.',
    asks: 'port',
  },
  flash_defective: {
    sentence: 'What is in the flash memory is not what was written.',
    next: 'Try again once; if it stays, the flash chip is worn out and the board cannot be used.',
    asks: 'nothing',
  },
  firmware_missing: {
    sentence: 'There is no firmware for this board.',
    next: 'Connect the hub to the internet, or upload a .bin of MicroPython for ESP8266.',
    asks: 'image',
  },
  image_refused: {
    sentence: 'The firmware file cannot be used.',
    next: 'Choose a .bin of MicroPython for ESP8266. Nothing has been erased.',
    asks: 'image',
  },
  image_too_large: {
    sentence: 'The firmware does not fit into the flash memory of this board.',
    next: 'Choose the variant for the size of its flash (FLASH_1M for 1 MB). Nothing has been erased.',
    asks: 'image',
  },
  no_start: {
    sentence: 'The board was flashed but does not start.',
    next: 'Press RESET if it has no automatic reset. Else try again with flash mode DIO, then DOUT: some boards need it.',
    asks: 'flash-mode',
  },
  no_micropython: {
    sentence: 'No MicroPython answered on this port.',
    next: 'Press RESET and try again; if it stays silent, flash it with Clean install.',
    asks: 'nothing',
  },
  micropython_too_old: {
    sentence: 'The MicroPython on this board is too old.',
    next: 'Choose Update MicroPython, keep files: 1.19 or newer is needed.',
    asks: 'nothing',
  },
  no_filesystem: {
    sentence: 'The board has no file system.',
    next: 'Choose Clean install; a board with less than 1 MB of flash has no room for one.',
    asks: 'nothing',
  },
  hub_refused: {
    sentence: 'The hub gave no key for this board.',
    next: 'Read what it says, put it right and try again.',
    asks: 'nothing',
  },
  files_failed: {
    sentence: 'The client could not be written to the board.',
    next: 'Try again. If the file system is full, choose Clean install.',
    asks: 'nothing',
  },
  client_silent: {
    sentence: 'The client on the board says nothing.',
    next: 'Press RESET and try again; the last lines of the board say more.',
    asks: 'nothing',
  },
  wifi_wrong_password: {
    sentence: 'The Wi-Fi network refused the password.',
    next: 'Type the password again; upper and lower case differ.',
    asks: 'wifi',
  },
  wifi_not_found: {
    sentence: 'The Wi-Fi network was not found.',
    next: 'Check its name, and that it has 2.4 GHz: an ESP8266 cannot see 5 GHz. Move the board nearer.',
    asks: 'wifi',
  },
  wifi_refused: {
    sentence: 'The Wi-Fi network did not take the board.',
    next: 'The password may be wrong, the signal weak, or the network admits only known devices or WPA3.',
    asks: 'wifi',
  },
  wifi_no_address: {
    sentence: 'The board is in the Wi-Fi network but got no address.',
    next: 'Look at the DHCP server of the router: it may be full or off. Then try again, or use another network.',
    asks: 'wifi',
  },
  hub_not_reachable: {
    sentence: 'The board is on Wi-Fi but cannot reach the hub.',
    next: 'Choose another address of the hub, one in the network of the board; a firewall or guest Wi-Fi may stand between.',
    asks: 'hub',
  },
  hub_is_something_else: {
    sentence: 'Something answers at the address of the hub, but it is not a hub.',
    next: 'Choose another address or port of the hub; a proxy may have to let WebSockets through.',
    asks: 'hub',
  },
  hub_not_proved: {
    sentence: 'What answers as the hub did not prove that it knows the key of this board.',
    next: 'It is another hub, or the board was removed meanwhile. Choose the address of your hub and try again.',
    asks: 'hub',
  },
  internal: {
    sentence: 'Something went wrong that should not.',
    next: 'Try again, and report it with the details if it stays.',
    asks: 'nothing',
  },
} as const satisfies Record<string, FailureRow>;

export type FailureCode = keyof typeof FAILURES;

/** A failure on its way to the machine. Recognised by its name: modules may be loaded more than once. */
export class FlashFailure extends Error {
  readonly code: FailureCode;
  /** What the board, the port or the hub said. */
  readonly detail: string;

  constructor(code: FailureCode, detail = '', options?: ErrorOptions) {
    super(FAILURES[code].sentence, options);
    this.name = 'FlashFailure';
    this.code = code;
    this.detail = detail;
  }
}

export function isFlashFailure(error: unknown): error is FlashFailure {
  return error instanceof Error && error.name === 'FlashFailure' && 'code' in error;
}

/** What a thrown value says, for the details of a failure. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
