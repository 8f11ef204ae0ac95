import type { Command } from 'commander';
import type { Board } from '#lib/api/schema.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { findHub } from '../hub-connection.ts';
import type { Output, Style } from '../output.ts';
import { formatAge, formatBytes } from '../quantities.ts';
import { type Column, formatTable } from '../table.ts';

const STATE_STYLE: Readonly<Record<Board['state'], Style>> = { online: 'green', busy: 'yellow', offline: 'dim' };

export function addBoardList(program: Command, cli: Cli): void {
  program
    .command('board-list')
    .summary('list the boards, with their state and its age')
    .description('Lists the boards of your team: name, platform, firmware, state with its age, and free heap.')
    .option('--json', 'print an array of {id, name, platform, state, lastSeenAt, …}')
    .option('--data <folder>', "data folder of this machine's hub")
    .addHelpText(
      'after',
      '\nExample:\n  $ mbm board-list\n  $ mbm board-list --json | jq -r ".[] | select(.state == \\"online\\") | .name"',
    )
    .action(async (options: CommonOptions) => {
      const hub = await findHub(cli.config, options.data);
      const { boards } = await hub.client.boards();
      const sorted = [...boards].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
      if (options.json) return cli.output.json(sorted);
      if (sorted.length === 0) {
        return cli.output.note(
          'There is no board yet. `mbm board-simulate 1` starts a virtual one, `mbm board-add NAME` adds a real one.',
        );
      }
      for (const line of boardTable(sorted, Date.now(), cli.output)) cli.output.line(line);
    });
}

export function boardTable(
  boards: readonly Board[],
  now: number,
  output: Pick<Output, 'columns' | 'paint'>,
): readonly string[] {
  const shape: readonly Column<Board>[] = [
    { title: 'NAME', text: (board) => board.name },
    {
      title: 'PLATFORM',
      text: (board) => (board.virtual ? `${board.platform ?? '—'} (virtual)` : (board.platform ?? '—')),
    },
    { title: 'FIRMWARE', text: (board) => board.firmware ?? '—' },
    {
      title: 'STATE',
      text: (board) => board.state,
      paint: (board, text) => output.paint(STATE_STYLE[board.state], text),
    },
    { title: 'LAST SEEN', text: (board) => formatAge(board.lastSeenAt, now) },
    { title: 'FREE HEAP', text: (board) => formatBytes(board.memFreeBytes), right: true },
  ];
  return formatTable(shape, boards, output.columns);
}
