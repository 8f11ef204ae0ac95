/** What the flasher stub can do beyond the ROM: compressed writing, MD5, erasing, reading, other baud rates. */
import { createHash } from 'node:crypto';
import { SECTOR_BYTES } from './flash-memory.ts';
import { STUB_ERROR } from './flash-writer.ts';
import { type Answer, answerSync, type Command, type CommandContext } from './loader-context.ts';
import type { OpName, Request } from './loader-packets.ts';
import { BAUD_SWITCH_MS, MD5_MS_PER_MB, sleep } from './timing.ts';

const STUB_SYNC_VALUE = 0;
const MB = 1024 * 1024;

export function stubCommands(context: CommandContext): ReadonlyMap<OpName, Command> {
  return new Map<OpName, Command>([...commonCommands(context), ...writeCommands(context), ...flashCommands(context)]);
}

function commonCommands(context: CommandContext): [OpName, Command][] {
  const { registers } = context;
  return [
    ['sync', () => answerSync(context, STUB_SYNC_VALUE)],
    ['readReg', (request) => ({ value: registers.read(request.word(0), context.baud()) })],
    ['writeReg', (request) => writeRegisters(context, request)],
    ['memBegin', () => ({})],
    ['memData', (request) => ({ error: request.hasGoodChecksum() ? 0 : STUB_ERROR.badChecksum })],
    ['memEnd', (request) => (request.word(0) === 0 ? { after: context.runStub } : {})],
    ['spiSetParams', () => ({})],
    ['spiAttach', () => ({})],
    ['changeBaudrate', (request) => ({ after: () => changeBaudrate(context, request.word(0)) })],
    // Its host waits for no answer.
    [
      'runUserCode',
      () => {
        context.restart(false);
        return undefined;
      },
    ],
  ];
}

function writeCommands({ writer, restart }: CommandContext): [OpName, Command][] {
  const data: Command = (request) => {
    const error = writeError(request, writer.isWriting) || writer.takeError();
    // Answered first: the next packet arrives while this one goes into flash.
    return error === 0 ? { after: () => writer.write(request.payload) } : { error };
  };
  const end = (request: Request): Answer => {
    if (!writer.isWriting) return { error: STUB_ERROR.notInFlashMode };
    const error = writer.takeError();
    writer.end();
    return request.word(0) === 0 ? { error, after: () => restart(true) } : { error };
  };
  return [
    [
      'flashBegin',
      (request) => {
        writer.begin(request.word(1) * request.word(2), request.word(3));
        return {};
      },
    ],
    [
      'flashDeflBegin',
      (request) => {
        writer.begin(request.word(0), request.word(3), { deflated: true });
        return {};
      },
    ],
    ['flashData', data],
    ['flashDeflData', data],
    ['flashEnd', end],
    ['flashDeflEnd', end],
  ];
}

function flashCommands(context: CommandContext): [OpName, Command][] {
  const { flash, work } = context;
  return [
    [
      'flashMd5',
      async (request) => {
        const bytes = flash.read(request.word(0), request.word(1));
        await work.take((bytes.length / MB) * MD5_MS_PER_MB);
        return { data: createHash('md5').update(bytes).digest() };
      },
    ],
    [
      'eraseFlash',
      async () => {
        await work.take(flash.eraseChip());
        return {};
      },
    ],
    [
      'eraseRegion',
      async (request) => {
        const [offset, bytes] = [request.word(0), request.word(1)];
        if (offset % SECTOR_BYTES !== 0 || bytes % SECTOR_BYTES !== 0) return { error: STUB_ERROR.badData };
        await work.take(flash.eraseSectors(offset / SECTOR_BYTES, bytes / SECTOR_BYTES));
        return {};
      },
    ],
    ['readFlash', (request) => ({ after: () => readFlash(context, request) })],
  ];
}

function writeError(request: Request, isWriting: boolean): number {
  if (!isWriting) return STUB_ERROR.notInFlashMode;
  if (!request.hasGoodLength()) return STUB_ERROR.badData;
  return request.hasGoodChecksum() ? 0 : STUB_ERROR.badChecksum;
}

/** Several writes in one packet, each with a mask and a delay that no register here needs. */
function writeRegisters({ registers }: CommandContext, request: Request): Answer {
  for (let word = 0; 4 * word < request.data.length; word += 4)
    registers.write(request.word(word), request.word(word + 1));
  return {};
}

async function changeBaudrate({ setBaud }: CommandContext, baud: number): Promise<void> {
  await sleep(BAUD_SWITCH_MS);
  setBaud(baud);
}

/** Blocks, as long as the host has not acknowledged too few bytes, then the MD5 of all. */
async function readFlash(context: CommandContext, request: Request): Promise<void> {
  const bytes = context.flash.read(request.word(0), request.word(1));
  const [blockBytes, mostInFlight] = [request.word(2), request.word(3)];
  let sent = 0;
  for (let acknowledged = 0; acknowledged < bytes.length; ) {
    while (sent < bytes.length && sent - acknowledged < mostInFlight) {
      context.sendPacket(bytes.subarray(sent, sent + blockBytes));
      sent = Math.min(sent + blockBytes, bytes.length);
    }
    const packet = await context.nextPacket();
    if (packet?.length !== 4) return;
    acknowledged = Buffer.from(packet).readUInt32LE();
  }
  context.sendPacket(createHash('md5').update(bytes).digest());
}
