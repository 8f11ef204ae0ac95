/**
 * `BOARD=/dev/ttyUSB0 BOARD_WIFI='name:password' npm run test:device`: the contract on hardware that runs MicroPython. What is in /cm and
 * /app of that board is deleted. BOARD_HUB is the address of this machine that the board can reach.
 */
import { networkInterfaces } from 'node:os';
import { test } from 'vitest';
import { loadClient } from '../../device/tools/build.ts';
import { describeBoard } from './contract-suite.ts';
import { ttyTarget } from './tty-target.fixture.ts';

const { BOARD, BOARD_WIFI, BOARD_HUB } = process.env;

function firstLanAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

if (BOARD) {
  const [ssid = '', ...password] = (BOARD_WIFI ?? '').split(':');
  const wifi = ssid ? { ssid, password: password.join(':') } : undefined;
  const target = ttyTarget(BOARD, { host: BOARD_HUB ?? firstLanAddress(), wifi });
  describeBoard(target, async () => (await loadClient()).files);
} else {
  test.skip('the contract on hardware: no board is named; set BOARD=/dev/tty… and BOARD_WIFI=name:password', () =>
    undefined);
}
