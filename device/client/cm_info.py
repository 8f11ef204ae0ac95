# INFO, the board's first record: lib/protocol/info.ts. Imported for a moment.
import binascii
import gc
import json
import os
import sys
import cm_core
import cm_store
import cm_version

_STATES = ('succeeded', 'failed', 'cancelled', 'interrupted', 'started')


def _uname():
    if hasattr(os, 'uname'):
        return [s[:40] for s in os.uname()]
    i = sys.implementation
    return [sys.platform, '', '', '%d.%d.%d' % i.version[:3], getattr(i, '_machine', '')[:40]]


def _facts():
    port = cm_core.port
    seq, state, status = cm_store.journal()
    fs = os.statvfs('/')
    i = sys.implementation
    d = {
        'v': cm_version.V,
        'u': _uname(),
        'plat': sys.platform,
        'mpy': getattr(i, '_mpy', 0) or getattr(i, 'mpy', 0),
        'chip': str(binascii.hexlify(port.chip()), 'ascii'),
        'mem': gc.mem_free(),
        'fs': [fs[0] * fs[3], fs[1] * fs[2]],
        'rssi': port.rssi(),
        'rst': port.cause(),
        'boots': cm_core.boots,
        'job': [seq, _STATES[state] if seq else 'none', status],
        'rec': 512,
        'slot': chr(cm_store.boot()[6]),
    }
    if cm_core.run and cm_core.run.job:
        d['run'] = cm_core.run.job
        d['job'][1] = 'started'
    if cm_store.safe:
        d['safe'] = True
    return d


# Writes it at buf[at:] and answers its length. In safe mode the end of the traceback that led there fills what is left.
def write(buf, at):
    gc.collect()
    d = _facts()
    text = json.dumps(d).encode()
    if cm_store.safe:
        why = str(cm_store.read('/cm/why'), 'utf8')
        d['why'] = ''
        while why:
            d['why'] = why
            longer = json.dumps(d).encode()
            if len(longer) <= 509:
                text = longer
                break
            why = why[max(1, len(longer) - 509) :]
    if len(text) > 509:
        raise ValueError
    buf[at : at + len(text)] = text
    return len(text)
