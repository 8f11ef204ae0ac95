# INFO, the board's first record: lib/protocol/info.ts. Imported for a moment; formatted by hand, because every short name and
# string of a module stays on the heap for ever, and a dict of facts is made of them.
import binascii
import json
import os
import sys
import cm_core
from cm_core import late
from cm_wire import tv
from cm_version import V
from micropython import const

_INFO = const(0x88)
_ROOM = const(509)
_FORM = '{"v":%s,"u":%s,"plat":%s,"mpy":%d,"chip":"%s","mem":%d,"fs":[%d,%d],"rssi":%d,"rst":%d,"boots":%d,"job":[%d,"%s",%d],"rec":512,"slot":"%s"'
_STATES = 'succeeded  failed     cancelled  interruptedstarted    none       '
_STATE = const(11)


def _uname():
    i = sys.implementation
    try:
        u = os.uname()
    except AttributeError:
        u = sys.platform, '', '', '%d.%d.%d' % i[1][:3], getattr(i, '_machine', '')
    return json.dumps([a[:40] for a in u])


def _text(n):
    store = late('cm_store')
    net = late('cm_net_' + cm_core.port.kind)
    chip, cause = net.id()
    seq, state, status = store.journal()
    run = cm_core.run and cm_core.run.job
    state = 4 if run else state if seq else 5
    state = _STATES[state * _STATE : state * _STATE + _STATE]
    fs = os.statvfs('/')
    i = sys.implementation
    return _FORM % (
        json.dumps(V),
        _uname(),
        json.dumps(sys.platform),
        getattr(i, '_mpy', 0) or getattr(i, 'mpy', 0),
        str(binascii.hexlify(chip), 'ascii'),
        n,
        fs[0] * fs[3],
        fs[1] * fs[2],
        cm_core.port.rssi(),
        cause,
        cm_core.boots,
        seq,
        state.strip(),
        status,
        chr(store.boot()[6]),
    ) + (',"run":%d' % run if run else '')


# With n as free heap, under the rid that tx has. In safe mode the end of the traceback that led there fills what is left.
def send(n):
    text = _text(n)
    if cm_core.safe:
        text += ',"safe":true'
        why = str(late('cm_store').read('/cm/why'), 'utf8')
        while why:
            b = text + ',"why":' + json.dumps(why)
            if len(b.encode()) < _ROOM:
                text = b
                break
            why = why[max(1, len(b) - _ROOM) :]
    text = (text + '}').encode()
    tv[28 : 28 + len(text)] = text
    cm_core.put(_INFO, len(text))
