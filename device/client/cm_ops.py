# What the hub asks for, one operation a record: plaintext is op u8, rid u16, body (lib/protocol/frames.ts). An answer is made
# in cm_crypt.tx and carries the rid of its request. Rare operations are in files of their own, imported for a moment.
import gc
import struct
import cm_core
import cm_crypt
import cm_store
import cm_ws
from cm_crypt import rx, tx, rv, tv
from micropython import const

_EXEC = const(1)
_IN = const(2)
_INT = const(3)
_PUT = const(4)
_END = const(5)
_GET = const(6)
_PING = const(7)
_KEY = const(8)
_CREDIT = const(9)
_WELCOME = const(10)
_BYE = const(11)
_DONE = const(0x82)
_DATA = const(0x83)
_OK = const(0x84)
_ERR = const(0x85)
_PONG = const(0x87)
_INFO = const(0x88)
_BAD = const(1)
_BUSY = const(2)
_MISSING = const(3)
_SPACE = const(4)
_MEMORY = const(6)
_IO = const(7)
_UNKNOWN = const(8)
_ENOENT = const(2)
_ENOSPC = const(28)
_ECONNABORTED = const(103)
_ECONNRESET = const(104)
# Where bodies lie.
_RB = const(24)
_TB = const(28)
_ROOM = const(509)
# A staging file that nobody fills is closed after so long; what is in it stays, PUT resumes.
_FILES_S = const(60)

rid = b'\0\0'


# Sends the n bytes at tx[28:] as `op`. Only with tx free.
def put(op, to, n):
    tx[25] = op
    tv[26:_TB] = to
    cm_ws.send(cm_crypt.seal(3 + n))


def info():
    global rid
    rid = bytes(2)
    n = __import__('cm_info').write(tx, _TB)
    cm_core.drop('cm_info')
    put(_INFO, rid, n)


def _error(code, text=''):
    b = text.encode()[:64]
    tx[_TB] = code
    tv[_TB + 1 : _TB + 1 + len(b)] = b
    put(_ERR, rid, 1 + len(b))


# The plaintext of n bytes at rx[21:]. A command that fails is answered; a session that fails is for the core.
def serve(n):
    global rid
    rid = bytes(rv[22:_RB])
    if n < 3:
        raise OSError(_ECONNRESET)
    try:
        _do(rx[21], rv[_RB : 21 + n])
    except MemoryError:
        gc.collect()
        _error(_MEMORY)
    except ValueError as e:
        code = e.args[0] if e.args else _BAD
        _error(code) if isinstance(code, int) else _error(_BAD, str(code))
    except OSError as e:
        e = e.args[0]
        if e == _ECONNABORTED or e == _ECONNRESET:
            raise
        _error(_MISSING if e == _ENOENT else _SPACE if e == _ENOSPC else _IO, str(e))


def _do(op, b):
    if op == _PING:
        struct.pack_into('>IbI', tx, _TB, gc.mem_free(), cm_core.port.rssi(), cm_core.uptime)
        put(_PONG, rid, 9)
    elif op == _EXEC:
        _exec(struct.unpack('>I', b)[0], b[4:])
    elif op == _IN or op == _INT or op == _CREDIT:
        if cm_core.run:
            cm_core.run.control(op, rid, b)
    elif op == _PUT or op == _END or op == _GET:
        _file(op, b)
    elif op == _KEY:
        __import__('cm_key').rotate(struct.unpack('>I', b)[0], b[4:])
        cm_core.drop('cm_key')
        put(_OK, rid, 0)
    elif op == _WELCOME:
        _welcome(b)
    elif op == _BYE:
        cm_core.window = struct.unpack('>H', b)[0]
        raise OSError(_ECONNABORTED)
    else:
        _error(_UNKNOWN)


# The hub's first record: it has taken our proof, so this key and this client are good. Sent again it asks for INFO.
def _welcome(b):
    cm_core.window = max(1, struct.unpack('>H', b[7:9])[0])
    if cm_core.epoch is None:
        return info()
    cm_core.fails = 0
    cm_store.confirm(cm_core.epoch)
    cm_core.epoch = None


def _file(op, b):
    f = __import__('cm_files')
    cm_core.files = cm_core.uptime + _FILES_S
    if op == _PUT:
        struct.pack_into('>I', tx, _TB, f.put(struct.unpack('>I', b)[0], b[4:]))
        put(_OK, rid, 4)
    elif op == _END:
        f.end(b[:32], str(b[32:], 'utf8'))
        put(_OK, rid, 0)
    else:
        off, n = struct.unpack('>IH', b)
        put(_DATA, rid, f.get(off, min(n, _ROOM), str(b[6:], 'utf8'), tv[_TB : _TB + _ROOM]))


# A program is started at most once: its number is in the journal before it starts.
def _exec(job, text):
    run = cm_core.run
    if run:
        if not job or run.job != job:
            return _error(_BUSY)
        run.attach(rid)
        return put(_OK, rid, 0)
    last = cm_store.journal()
    if 0 < job <= last[0]:
        struct.pack_into('>IBB', tx, _TB, *last)
        return put(_DONE, rid, 6)
    run = __import__('cm_exec')
    run.begin(job, rid, str(text, 'utf8'))
    cm_core.run = run
    put(_OK, rid, 0)
    cm_core.port.wake(True)
