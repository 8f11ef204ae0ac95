/**
 * What provisioning writes on a board, by cable or into a virtual one, and the formats of those files.
 * The board's side is device/client: main.py and cm_store.py read what stands here.
 *
 * /boot.py, /main.py   ours; the user's program is /app/main.py
 * /cm/a/…              the client, slot a; slot b appears with its first update
 * /cm/cfg.json         {"hubs": [url, …], "wifi": [ssid, password] | null}; no name: that is the hub's to change
 * /cm/key              board id[16], then once or twice: epoch u32 big-endian, key[32]. The first entry is the
 *                      newest; a second is the last proved one, there while a rotation waits for its handshake
 * /cm/say              empty: until its first welcome the client tells the cable how far it is (lib/flasher/board-talk.ts).
 *                      Written by cable only, so not one of boardFiles
 * Made by the board itself: /cm/boot, /cm/job (cm_store.py), /cm/put (staging), /cm/why (last traceback).
 */
import { joinBytes, utf8, writeU32 } from '../protocol/bytes.ts';
import { BOARD_ID_BYTES, KEY_BYTES } from '../protocol/frames.ts';

export interface BoardFile {
  readonly path: string;
  readonly content: Uint8Array;
}

export interface Wifi {
  readonly ssid: string;
  /** Empty for an open network. */
  readonly password: string;
}

export interface Provision {
  readonly boardId: Uint8Array;
  readonly key: Uint8Array;
  readonly epoch: number;
  /** Tried in this order, `ws://` or `wss://`, path included. */
  readonly hubUrls: readonly string[];
  readonly wifi?: Wifi;
  /** boot.py, main.py and the modules, by bare name: what device/tools/build.ts made. */
  readonly client: readonly BoardFile[];
}

/** Written to the root instead of the slot. main.py comes last of all: a board that lost power before is not started half. */
const ROOT_FILES = ['boot.py', 'main.py'];
const FIRST_SLOT = '/cm/a';
const EPOCH_MAX = 0xffff_ffff;

const keyFile = ({ boardId, key, epoch }: Provision): Uint8Array => {
  if (boardId.length !== BOARD_ID_BYTES) throw new RangeError(`A board id has ${BOARD_ID_BYTES} bytes.`);
  if (key.length !== KEY_BYTES) throw new RangeError(`A key has ${KEY_BYTES} bytes.`);
  if (!Number.isInteger(epoch) || epoch < 0 || epoch > EPOCH_MAX) throw new RangeError('An epoch is a u32.');
  const epochBytes = new Uint8Array(4);
  writeU32(epochBytes, 0, epoch);
  return joinBytes(boardId, epochBytes, key);
};

const configFile = ({ hubUrls, wifi }: Provision): Uint8Array => {
  if (hubUrls.length === 0) throw new RangeError('A board needs the address of at least one hub.');
  return utf8(JSON.stringify({ hubs: hubUrls, wifi: wifi ? [wifi.ssid, wifi.password] : null }));
};

/** Exactly the files of a fresh board, in the order in which they are to be written. */
export function boardFiles(provision: Provision): BoardFile[] {
  const inRoot = (file: BoardFile): boolean => ROOT_FILES.includes(file.path);
  const missing = ROOT_FILES.find((name) => !provision.client.some((file) => file.path === name));
  if (missing) throw new RangeError(`The client has no ${missing}.`);
  return [
    ...provision.client
      .filter((file) => !inRoot(file))
      .map((file) => ({ ...file, path: `${FIRST_SLOT}/${file.path}` })),
    { path: '/cm/cfg.json', content: configFile(provision) },
    { path: '/cm/key', content: keyFile(provision) },
    ...provision.client.filter(inRoot).map((file) => ({ ...file, path: `/${file.path}` })),
  ];
}
