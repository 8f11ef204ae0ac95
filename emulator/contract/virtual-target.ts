/** The contract's board in a thread of this process. */
import { startVirtualBoard } from '../virtual-board.ts';
import type { BoardTarget } from './board-target.ts';

export const virtualTarget: BoardTarget = {
  name: 'virtual board',
  platform: /^esp8266$/,
  leastFreeBytes: 22 * 1024,
  canResetItself: true,
  hasResetButton: true,
  async start(files) {
    let text = '';
    const board = await startVirtualBoard({
      name: 'contract',
      files: new Map(files.map(({ path, content }) => [path, content])),
      onOutput: (bytes) => {
        text += Buffer.from(bytes).toString();
      },
      log: (message) => {
        text += `${message}\n`;
      },
    });
    return { reset: () => board.reset(), stop: () => board.stop(), console: () => text };
  },
};
