import { expect, test } from 'vitest';

const { BOARD } = process.env;

test.runIf(BOARD)(`the contract on the board at ${BOARD}`, () => {
  expect.fail(
    `Provisioning by cable is not there yet, so the board at ${BOARD} cannot be tested. Unset BOARD to run the rest.`,
  );
});
