/** Lines for the REPL of a board that is provisioned by hand. The formats of the files are those of lib/provision/files.ts. */
import type { Provision } from '#lib/api/schema.ts';

const EPOCH_DIGITS = 8;

export interface Wifi {
  readonly ssid: string;
  readonly password: string;
}

// A JSON string is a Python string too, whatever quotes and backslashes stand in it.
function pythonString(text: string): string {
  return JSON.stringify(text);
}

export function replLines({ board, key, epoch, hubUrls }: Provision, wifi: Wifi): string {
  const keyFile = board.id + epoch.toString(16).padStart(EPOCH_DIGITS, '0') + key;
  const config = JSON.stringify({ hubs: hubUrls, wifi: wifi.ssid === '' ? null : [wifi.ssid, wifi.password] });
  return [
    'import os, ubinascii',
    "'cm' in os.listdir('/') or os.mkdir('/cm')",
    `f = open('/cm/cfg.json', 'w'); f.write(${pythonString(config)}); f.close()`,
    `f = open('/cm/key', 'wb'); f.write(ubinascii.unhexlify('${keyFile}')); f.close()`,
  ].join('\n');
}
