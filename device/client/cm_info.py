# INFO, the board's first record: lib/protocol/info.ts. Imported for a moment.
import binascii
import gc
import json
import os
import sys
import cm_core
import cm_store
import cm_version
from cm_core import late
from cm_wire import tv
from micropython import const

_INFO = const(0x88)
_ROOM = const(509)
_STATES = ('succeeded', 'failed', 'cancelled', 'interrupted', 'started')


def _uname():
    if hasattr(os, 'uname'):
        return [s[:40] for s in os.uname()]
    i = sys.implementation
    return [sys.platform, '', '', '%d.%d.%d' % i.version[:3], getattr(i, '_machine', '')[:40]]


def _facts():
    net = late('cm_net_' + cm_core.port.KIND)
    seq, state, status = cm_store.journal()
    fs = os.statvfs('/')
    i = sys.implementation
    d = {
        'v': cm_version.V,
        'u': _uname(),
        'plat': sys.platform,
        'mpy': getattr(i, '_mpy', 0) or getattr(i, 'mpy', 0),
        'chip': str(binascii.hexlify(net.chip()), 'ascii'),
        'mem': gc.mem_free(),
        'fs': [fs[0] * fs[3], fs[1] * fs[2]],
        'rssi': cm_core.port.rssi(),
        'rst': net.cause(),
        'boots': cm_core.boots,
        'job': [seq, _STATES[state] if seq else 'none', status],
        'rec': 512,
        'slot': chr(cm_store.boot()[6]),
    }
    if cm_core.run and cm_core.run.job:
        d['run'] = cm_core.run.job
        d['job'][1] = 'started'
    if cm_core.safe:
        d['safe'] = True
    return d


# Under the rid that tx has. In safe mode the end of the traceback that led there fills what is left.
def send():
    gc.collect()
    d = _facts()
    text = json.dumps(d).encode()
    why = str(cm_store.read('/cm/why'), 'utf8') if cm_core.safe else ''
    while why:
        d['why'] = why
        longer = json.dumps(d).encode()
        if len(longer) <= _ROOM:
            text = longer
            break
        why = why[len(longer) - _ROOM :]
    tv[28 : 28 + len(text)] = text
    cm_core.put(_INFO, len(text))
