/** One sentence for every stage, every step of joining, every notice, and every condition in which a board is left. */
import { assertNever } from '../machine.ts';
import type { LinkStep } from './board-talk.ts';
import { FAILURES } from './failures.ts';
import type { BoardCondition, FlashState, Notice } from './flash-state.ts';

/** What is happening, or how it ended. */
export function stageText(state: FlashState): string {
  switch (state.stage) {
    case 'connecting':
      return 'Waking the boot loader of the chip; this takes up to ten seconds.';
    case 'loading':
      return 'Getting and checking the firmware; nothing has been erased.';
    case 'erasing':
      return 'Erasing the file system, so that MicroPython makes a new one.';
    case 'writing':
      return 'Writing MicroPython. Leave the cable in.';
    case 'verifying':
      return 'Comparing what is in the flash memory with what was sent.';
    case 'starting':
      return 'Starting MicroPython; the first start makes the file system and takes a few seconds.';
    case 'asking':
      return 'Getting a key for this board from the hub.';
    case 'provisioning':
      return 'Writing the client, the Wi-Fi and the key to the board.';
    case 'joining':
      return linkText(state.step);
    case 'online':
      return 'The board is on line.';
    case 'failed':
      return FAILURES[state.code].sentence;
    case 'cancelled':
      return 'Cancelled; the port is closed.';
    default:
      return assertNever(state);
  }
}

function linkText(step: LinkStep): string {
  switch (step) {
    case 'starting':
      return 'The board starts.';
    case 'wifi':
      return 'The board looks for the Wi-Fi network.';
    case 'address':
      return 'The board is in the Wi-Fi network and waits for an address.';
    case 'hub':
      return 'The board dials the hub.';
    case 'upgrade':
      return 'The hub has answered.';
    case 'proof':
      return 'Board and hub prove to each other who they are.';
    case 'home':
      return 'The hub has welcomed the board.';
    default:
      return assertNever(step);
  }
}

export function conditionText(board: BoardCondition): string {
  switch (board) {
    case 'untouched':
      return 'Nothing on the board was changed.';
    case 'in-loader':
      return 'Nothing on the board was changed; it waits in its boot loader until it is reset.';
    case 'half-written':
      return 'The board cannot start: its firmware is incomplete. Flash it again.';
    case 'micropython':
      return 'The board runs MicroPython but is not connected to a hub.';
    case 'provisioned':
      return 'The board has its client, Wi-Fi and key; it dials the hub whenever it has power.';
    default:
      return assertNever(board);
  }
}

export function noticeText(notice: Notice): string {
  switch (notice) {
    case 'slower':
      return 'The faster speed did not work with this board or cable: it goes on at 115200 baud.';
    case 'no-rf-data':
      return 'The firmware carries no RF calibration data for flash above 4 MB; if the board restarts for ever, choose another.';
    case 'main-kept':
      return 'Your main.py is now /app/main.py; the client starts it.';
    case 'boot-kept':
      return 'Your boot.py is now /boot.old.py; it is not run any more.';
    default:
      return assertNever(notice);
  }
}
