import { describe } from 'vitest';
import { loadClient } from '../../device/tools/build.ts';
import { describeBoard } from './contract-suite.ts';
import { linuxTarget } from './linux-target.fixture.ts';

const target = await linuxTarget();
if (target !== undefined) describeBoard(target, async () => (await loadClient()).files);
else describe.skip('the contract on Linux MicroPython: there is none for this system', () => undefined);
