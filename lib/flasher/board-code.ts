/** Python that is run on a board while it is provisioned, by plain MicroPython from 1.19 on. */
import type { Wifi } from '../provision/files.ts';
import { pythonString } from '../repl/python-text.ts';

export const FACTS_CODE = `
import json, machine, network, os, sys
from binascii import hexlify
def _text(b):
    return str(hexlify(b), 'ascii')
try:
    s = os.statvfs('/')
    free = s[0] * s[3]
except OSError:
    free = -1
print(json.dumps({
    'version': [n for n in sys.implementation[1] if isinstance(n, int)],
    'machine': os.uname()[4] if hasattr(os, 'uname') else sys.platform,
    'mac': _text(network.WLAN(0).config('mac')),
    'chipId': _text(machine.unique_id()),
    'freeBytes': free}))
`;

/** The user's programs keep running or at least stay: ours take the names main.py and boot.py. WebREPL is started by a boot.py. */
export const KEEP_CODE = `
import os
def _text(p):
    try:
        with open(p) as f:
            return f.read(200)
    except OSError:
        return '# Cloudmanager'
def _is(p):
    try:
        os.stat(p)
        return True
    except OSError:
        return False
if not _is('/app'):
    os.mkdir('/app')
if not _text('/main.py').startswith('# Cloudmanager'):
    os.rename('/main.py', '/main.old.py' if _is('/app/main.py') else '/app/main.py')
    print('main-kept')
t = _text('/boot.py')
if not t.startswith('# Cloudmanager') and not t.startswith('# This file is executed on every boot'):
    os.rename('/boot.py', '/boot.old.py')
    print('boot-kept')
`;

/**
 * The client goes to slot a and is not on trial; the count of starts goes on, because nonces depend on it. Another board id is
 * another row of the hub: the journal of jobs was the old one's.
 */
export const SETTLE_CODE = `
import os
from binascii import hexlify
def _read(p):
    try:
        with open(p, 'rb') as f:
            return f.read()
    except OSError:
        return b''
s = bytearray(_read('/cm/boot'))
if len(s) == 8:
    s[4] = s[5] = 0
    s[6] = 97
    with open('/cm/boot~', 'wb') as f:
        f.write(s)
    os.rename('/cm/boot~', '/cm/boot')
if str(hexlify(_read('/cm/key')[:16]), 'ascii') != BOARD_ID:
    for p in ('/cm/job', '/cm/put', '/cm/why'):
        try:
            os.remove(p)
        except OSError:
            pass
`;

/**
 * A fresh board opens a network of its own with a password that everybody knows. Connecting here replaces what the SDK has kept
 * of an earlier network, to which it would go back by itself.
 */
export function finishCode(wifi: Wifi | undefined): string {
  const join = wifi ? `w.connect(${pythonString(wifi.ssid)}, ${pythonString(wifi.password)})` : 'w.disconnect()';
  return `
import network
network.WLAN(1).active(False)
w = network.WLAN(0)
w.active(True)
${join}
open('/cm/say', 'wb').close()
`;
}

export const RESET_CODE = 'import machine\nmachine.reset()';
