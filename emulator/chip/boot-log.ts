/** What the ROM prints at every start: at 74880 baud, because its divider is made for a crystal of 40 MHz and the board has 26. */

export const BOOT_LOG_BAUD = 74_880;

/** As the ROM names them: power, the reset pin, the watchdog. */
export const BOOT_CAUSE = { power: 1, pin: 2, watchdog: 4 } as const;

/** The first number of the boot mode: 1 with GPIO0 low, 3 with GPIO0 high. */
export function bootLog(cause: number, inDownloadMode: boolean): string {
  return `\r\n ets Jan  8 2013,rst cause:${cause}, boot mode:(${inDownloadMode ? 1 : 3},6)\r\n\r\n`;
}

/** Of the boot image's one segment. */
export const LOAD_LOG = 'load 0x40100000, len 36832, room 16 \r\ntail 0\r\nchksum 0xef\r\ncsum 0xef\r\n';
/** The ROM finds nothing to run. */
export const NOTHING_TO_RUN_LOG = 'ets_main.c 543 \r\n';
/** The code that the header promised could not be read. */
export const FATAL_LOG =
  'Fatal exception 0(IllegalInstructionCause):\r\nepc1=0x402001bc, epc2=0x00000000, epc3=0x00000000, excvaddr=0x00000000, depc=0x00000000\r\n';
