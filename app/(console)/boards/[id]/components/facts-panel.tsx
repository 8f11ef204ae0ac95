'use client';
import type { ReactNode } from 'react';
import type { Board } from '#lib/api/schema.ts';
import { resetCauseWords } from '../../../../_data/board-words.ts';
import { Ago } from '../../../../_ui/ago.tsx';
import { durationText } from '../../../../_ui/ago-text.ts';
import { CopyButton } from '../../../../_ui/copy-button.tsx';
import { Meter } from '../../../../_ui/meter.tsx';
import { bytesText, signalWord } from '../../../../_ui/units.ts';

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-4 px-4 py-2">
      <dt className="shrink-0 text-ink-faint">{name}</dt>
      <dd className="min-w-0 text-right wrap-anywhere tabular-nums">
        {children ?? <span className="text-ink-faint">not known</span>}
      </dd>
    </div>
  );
}

function FlashFact({ free, total }: { free: number; total: number }) {
  const text = `${bytesText(free)} of ${bytesText(total)} free`;
  return (
    <div className="flex flex-wrap justify-between gap-x-4 gap-y-2 px-4 py-2">
      <dt className="text-ink-faint">Flash</dt>
      <dd className="tabular-nums">{text}</dd>
      <dd className="w-full">
        <Meter label="Flash in use" value={total - free} max={total} text={text} />
      </dd>
    </div>
  );
}

function SystemFacts({ board }: { board: Board }) {
  return (
    <>
      <Fact name="Platform">{board.platform}</Fact>
      <Fact name="Firmware">{board.firmware && `MicroPython ${board.firmware}`}</Fact>
      <Fact name="Machine">{board.machine}</Fact>
      <Fact name="Free heap">{board.memFreeBytes === null ? null : bytesText(board.memFreeBytes)}</Fact>
      {board.fsFreeBytes !== null && board.fsTotalBytes !== null ? (
        <FlashFact free={board.fsFreeBytes} total={board.fsTotalBytes} />
      ) : (
        <Fact name="Flash">{null}</Fact>
      )}
      {board.rssiDbm === null ? null : <Fact name="Wi-Fi">{`${signalWord(board.rssiDbm)}, ${board.rssiDbm} dBm`}</Fact>}
    </>
  );
}

function LifeFacts({ board }: { board: Board }) {
  return (
    <>
      <Fact name="Uptime">
        {board.uptimeS === null || board.state === 'offline' ? null : durationText(board.uptimeS * 1000)}
      </Fact>
      <Fact name="Boots">{board.boots}</Fact>
      <Fact name="Last reset">{resetCauseWords(board)}</Fact>
      <Fact name="Client">{board.clientVersion}</Fact>
      <Fact name="Address">{board.address}</Fact>
      <Fact name="Chip id">{board.chipId && <code className="font-mono text-xs">{board.chipId}</code>}</Fact>
      <Fact name="Last heard">{board.lastSeenAt === null ? 'never' : <Ago at={board.lastSeenAt} />}</Fact>
    </>
  );
}

/** What the board has told of itself. */
export function FactsPanel({ board }: { board: Board }) {
  return (
    <section aria-labelledby="facts" className="panel">
      <div className="flex h-11 items-center border-b px-4">
        <h2 id="facts" className="font-semibold">
          Facts
        </h2>
      </div>
      {board.platform === null ? (
        <p className="border-b border-line/60 px-4 py-3 text-ink-faint">
          The board tells of itself when it first connects.
        </p>
      ) : null}
      <dl className="divide-y divide-line/60 py-1">
        {board.platform === null ? null : <SystemFacts board={board} />}
        {board.platform === null ? null : <LifeFacts board={board} />}
        <Fact name="Added">
          <Ago at={board.createdAt} />
        </Fact>
        <div className="flex items-center justify-between gap-2 py-1 pr-2 pl-4">
          <dt className="shrink-0 text-ink-faint">Board id</dt>
          <dd className="flex min-w-0 items-center gap-1">
            <code className="truncate font-mono text-xs" title={board.id}>
              {board.id}
            </code>
            <CopyButton text={board.id} what="board id" />
          </dd>
        </div>
      </dl>
    </section>
  );
}
