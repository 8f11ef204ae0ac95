# One program as the core sees it: EXEC, output under credits, input, interruption, end. Imported when one comes and dropped
# when the hub has its DONE. cm_play runs it, at main level where the port finds one, or, while /app/main.py holds the
# foreground, inside a callback ("nested"): then the app pauses, and the hub is served only while the program
# prints, reads or waits for credits.
import struct
import time
import cm_core
import cm_wire
from cm_core import late, put
from cm_wire import rx, rv, tv
from micropython import const

_IN = const(2)
_CREDIT = const(9)
_OURS = (2, 3, 9)
_OUT = const(0x81)
_DONE = const(0x82)
_ROOM = const(509)
_CREDITS = const(2)
_WAITING = const(1)
_RUNNING = const(2)
_ENDING = const(3)
_STDIN_MAX = const(1024)
# A REPL that is in the middle of something does not read our line.
_PATIENCE_S = const(3)

job = phase = dropped = 0
_rid = b''
source = _out = _done = None
_credits = _n = _since = 0
typed = b''
eof = stop = nested = False
term = None
# The end of a program that was interrupted before it could say so: cancelled, 1.
_CUT = 2, 1, b''
result = _CUT


# In the journal before anything of it runs; raises OSError where flash refuses.
def begin(n, text):
    global job, phase, source, result, _since, _out, _n, typed, eof, stop, term
    _out = bytearray(_ROOM)
    term = late('cm_term_' + cm_core.port.kind)
    if n:
        late('cm_store').job_started(n)
    job, phase, source, result, _since = n, _WAITING, text, _CUT, cm_core.uptime
    _n, typed, eof, stop = 0, b'', False, False
    attach()
    cm_core.port.pace(True)
    term.wake(True)


# The hub that asked now is told; anything before is lost.
def attach():
    global _rid, _credits
    _rid, _credits = bytes(tv[26:28]), _CREDITS


# True when the operation at rx[21:n] is one of ours.
def control(n):
    global _credits, typed, eof, stop
    op = rx[21]
    if op not in _OURS or rv[22:24] != _rid:
        return op in _OURS
    if op == _CREDIT:
        _credits += struct.unpack('>H', rv[24:n])[0]
    elif op == _IN:
        eof = eof or n == 24
        typed = (typed + bytes(rv[24:n]))[:_STDIN_MAX]
    elif phase == _RUNNING and not nested:
        term.interrupt()
    else:
        stop = True
    return True


# After every pump, linked or not.
def poke():
    if not cm_core.linked:
        emit()
    # The app has the foreground, or the REPL is busy.
    if phase == _WAITING and (cm_core.app or cm_core.uptime - _since > _PATIENCE_S):
        __import__('cm_play').run(True)


# With tx free: output first, then the end. Without a link output is lost, and counted, rather than in the way.
def emit():
    global _n, _credits, dropped
    if not cm_core.linked:
        dropped += _n
        _n = 0
    elif _n and _credits and cm_wire.flush():
        n, _n = _n, 0
        _credits -= 1
        _send(_OUT, memoryview(_out)[:n])
    if phase == _ENDING:
        _end()


def _end():
    global _done
    if not _done:
        state, status, text = result
        if job:
            try:
                late('cm_store').job_done(job, state, status)
            except OSError:
                pass
        _done = struct.pack('>IBB', job, state, status) + text
    if cm_core.linked:
        if _n or not cm_wire.flush():
            return
        _send(_DONE, _done)
    _over()


def _send(op, b):
    tv[26:28] = _rid
    tv[28 : 28 + len(b)] = b
    put(op, len(b))


def _over():
    global phase, _done, _out
    phase = 0
    _done = _out = None
    cm_core.run = None
    term.wake(False)
    cm_core.port.pace(not cm_core.linked)
    late('cm_exec')


# What a program prints, in pieces of any size. No callback gets in between two jumps of the byte code, so filling the buffer
# and counting belong together. On a board an exception in here would end dupterm: KeyboardInterrupt is left to cm_play.
def write(b):
    global _n, stop, dropped
    at = pause = 0
    try:
        while phase == _RUNNING and not stop and at < len(b):
            if _n < _ROOM:
                k = b[at : at + _ROOM - _n]
                _out[_n : _n + len(k)] = k
                _n += len(k)
                at += len(k)
                pause = 0
            elif cm_core.linked:
                wait(pause)
                pause = 2
            else:
                dropped += len(b) - at
                at = len(b)
    except KeyboardInterrupt:
        stop = True


def wait(ms):
    if nested:
        cm_core.pump()
    else:
        term.ring()
    time.sleep_ms(ms)
    if stop:
        raise KeyboardInterrupt
