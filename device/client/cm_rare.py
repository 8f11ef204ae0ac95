# What the hub asks for, one operation a record: op u8, rid u16, body (lib/protocol/frames.ts), except PING, which
# cm_core answers, and those of a running program, which are cm_exec's. Answers go out under the rid already in tx.
import gc
import os
import struct
import cm_core
import cm_wire
from cm_core import late, put
from cm_wire import rx, tx, rv, tv
from micropython import const

_EXEC = const(1)
_PUT = const(4)
_END = const(5)
_GET = const(6)
_KEY = const(8)
_WELCOME = const(10)
_BYE = const(11)
_DONE = const(0x82)
_DATA = const(0x83)
_OK = const(0x84)
_ERR = const(0x85)
_BAD = const(1)
_BUSY = const(2)
_UNKNOWN = const(8)
_ECONNABORTED = const(103)
_ECONNRESET = const(104)
_CLOSE = const(0x88)
_PING = const(0x89)
_PONG = const(0x8A)
_RECONNECT = const(4002)
_BODY = const(28)
_ROOM = const(509)


def do(a, b):
    if a == _EXEC:
        _exec(struct.unpack('>I', b)[0], b[4:])
    elif a == _PUT:
        struct.pack_into('>I', tx, _BODY, late('cm_files').put(struct.unpack('>I', b)[0], b[4:]))
        put(_OK, 4)
    elif a == _END:
        late('cm_files').end(b[:32], str(b[32:], 'utf8'))
        put(_OK, 0)
    elif a == _GET:
        n = min(struct.unpack('>H', b[4:])[0], _ROOM)
        put(_DATA, late('cm_files').get(struct.unpack('>I', b)[0], n, str(b[6:], 'utf8'), tv[_BODY : _BODY + _ROOM]))
    elif a == _KEY:
        late('cm_key').rotate(struct.unpack('>I', b)[0], b[4:])
        put(_OK, 0)
    elif a == _WELCOME:
        _welcome(b)
    elif a == _BYE:
        cm_core.window = struct.unpack('>H', b)[0]
        raise OSError(_ECONNABORTED)
    elif a != 2 and a != 3 and a != 9:
        # Those are for a program that has ended meanwhile.
        raise ValueError(_UNKNOWN)


# The hub's first record: it has taken our proof, so this key and this client are good. Sent again it asks for INFO.
def _welcome(b):
    cm_core.window = max(1, struct.unpack('>H', b[7:9])[0])
    if cm_core.epoch is None:
        gc.collect()
        return late('cm_info').send(gc.mem_free())
    cm_core.fails = 0
    late('cm_store').confirm(cm_core.epoch)
    cm_core.epoch = None
    cm_core.tidy = 0
    # Whoever listens at the cable has heard what there was to hear (cm_dial).
    try:
        os.remove('/cm/say')
        # Long enough not to stay on the heap as a name does.
        print('@cm home %d' % cm_core.links)
    except OSError:
        pass


# A program is started at most once: its number is in the journal before it starts.
def _exec(job, b):
    run = cm_core.run
    if run:
        if not job or run.job != job:
            raise ValueError(_BUSY)
        run.attach()
        return put(_OK, 0)
    last = late('cm_store').journal()
    if 0 < job <= last[0]:
        struct.pack_into('>IBB', tx, _BODY, *last)
        return put(_DONE, 6)
    run = late('cm_exec')
    run.begin(job, str(b, 'utf8'))
    put(_OK, 0)
    cm_core.run = run


# An operation that failed. ValueError carries a code of BOARD_ERROR, or Python's own words about a bad request.
def fail(e):
    a = e.args[0] if e.args else _BAD
    if isinstance(e, OSError):
        if a == _ECONNABORTED or a == _ECONNRESET:
            raise e
        # ENOENT, ENOSPC; else an I/O error.
        code = {2: 3, 28: 4}.get(a, 7)
    else:
        code = a if isinstance(a, int) else _BAD
    b = str(a).encode()[:64]
    tx[_BODY] = code
    tv[_BODY + 1 : _BODY + 1 + len(b)] = b
    put(_ERR, 1 + len(b))


# The WebSocket's own: ping is answered with its payload, close with close; 4002 means come back at once.
def control(n):
    if rx[0] != _PONG:
        tv[8 : 4 + n] = rv[4:n]
        cm_wire.frame(4 + n, _PONG if rx[0] == _PING else _CLOSE)
    if rx[0] == _CLOSE:
        if n > 5 and rx[4] << 8 | rx[5] == _RECONNECT:
            cm_core.window = 0
        raise OSError(_ECONNABORTED)
