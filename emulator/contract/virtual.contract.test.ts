import { loadClient } from '../../device/tools/build.ts';
import { buildVm } from '../vm/build.ts';
import { describeBoard } from './contract-suite.ts';
import { virtualTarget } from './virtual-target.ts';

describeBoard(virtualTarget, async () => {
  await buildVm();
  return (await loadClient()).files;
});
