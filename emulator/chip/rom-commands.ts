/** What the ESP8266's ROM can do: registers, RAM, and flash without compression, MD5 or reading. */
import { SECTOR_BYTES, SECTORS_PER_BLOCK } from './flash-memory.ts';
import { answerSync, type Command, type CommandContext } from './loader-context.ts';
import type { OpName } from './loader-packets.ts';

/** Any value but the 0 of a stub. */
const ROM_SYNC_VALUE = 0x20120707;
const ROM_BAD_CHECKSUM = 0x07;

export function romCommands(context: CommandContext): ReadonlyMap<OpName, Command> {
  const { registers, flash, writer, work } = context;
  return new Map<OpName, Command>([
    ['sync', () => answerSync(context, ROM_SYNC_VALUE)],
    ['readReg', (request) => ({ value: registers.read(request.word(0), context.baud()) })],
    [
      'writeReg',
      (request) => {
        registers.write(request.word(0), request.word(1));
        return {};
      },
    ],
    ['memBegin', () => ({})],
    ['memData', (request) => ({ error: request.hasGoodChecksum() ? 0 : ROM_BAD_CHECKSUM })],
    // The only program that hosts load into RAM is the stub. Without the flag "stay" it is started.
    ['memEnd', (request) => (request.word(0) === 0 ? { after: context.runStub } : {})],
    [
      'flashBegin',
      async (request) => {
        const [bytes, offset] = [request.word(0), request.word(3)];
        const first = Math.floor(offset / SECTOR_BYTES);
        await work.take(flash.eraseSectors(first, sectorsErasedByRom(first, Math.ceil(bytes / SECTOR_BYTES))));
        writer.begin(bytes, offset, { isErased: true });
        return {};
      },
    ],
    [
      'flashData',
      async (request) => {
        if (!request.hasGoodChecksum()) return { error: ROM_BAD_CHECKSUM };
        await writer.write(request.payload);
        return {};
      },
    ],
    // The strapping pins are latched: a restart (0) is one into the loader, and only "run user code" (1) leaves it.
    ['flashEnd', (request) => ({ after: () => context.restart(request.word(0) === 0) })],
  ]);
}

/** The ROM counts the sectors up to the end of the first block twice; esptool asks for fewer because of it. */
export function sectorsErasedByRom(first: number, sectors: number): number {
  const upToBlock = SECTORS_PER_BLOCK - (first % SECTORS_PER_BLOCK);
  return sectors + Math.min(sectors, upToBlock);
}
