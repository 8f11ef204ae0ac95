# One program as the core sees it: EXEC, output under credits, input, interruption, end. Imported when one comes and dropped
# when the hub has its DONE. cm_play runs it, at main level where the port finds one, or, while /app/main.py holds the
# foreground, inside a callback ("nested"): then the app pauses, and the hub is served only while the program
# prints, reads or waits for credits.
import struct
import time
import cm_core
import cm_ops
import cm_store
import cm_ws
from cm_crypt import tv
from micropython import const

_TB = const(28)
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
eof = stop = _late = nested = False
# An interrupt that meets no more than our own lines leaves this.
result = 2, 1, b''


# In the journal before anything of it runs; raises OSError where flash refuses.
def begin(number, rid, text):
    global job, phase, source, _since, _out
    _out = bytearray(_ROOM)
    if number:
        cm_store.job_started(number)
    job, phase, source, _since = number, _WAITING, text, cm_core.uptime
    attach(rid)


def attach(rid):
    global _rid, _credits
    _rid, _credits = bytes(rid), _CREDITS


def control(op, rid, b):
    global _credits, typed, eof, stop
    if rid != _rid:
        return
    if op == 9:
        _credits += struct.unpack('>H', b)[0]
    elif op == 2:
        eof = eof or not b
        typed = (typed + bytes(b))[:_STDIN_MAX]
    elif phase == _RUNNING and not nested:
        cm_core.port.interrupt()
    else:
        stop = True


# After every pump, linked or not.
def poke():
    global _late
    if not cm_core.linked:
        emit()
    if _late and phase == _RUNNING:
        _late = False
        cm_core.port.interrupt()
    # The app has the foreground, or the REPL is busy.
    if phase == _WAITING and (cm_core.app or cm_core.uptime - _since > _PATIENCE_S):
        __import__('cm_play').run(True)


# With tx free: output first, then the end. Without a link output is lost, and counted, rather than in the way.
def emit():
    global _n, _credits, dropped
    if not cm_core.linked:
        dropped += _n
        _n = 0
    elif _n and _credits and cm_ws.flush():
        n, _n = _n, 0
        _credits -= 1
        tv[_TB : _TB + n] = memoryview(_out)[:n]
        cm_ops.put(0x81, _rid, n)
    if phase == _ENDING:
        _end()


def _end():
    global _done
    if not _done:
        state, status, text = result
        if job:
            try:
                cm_store.job_done(job, state, status)
            except OSError:
                pass
        _done = struct.pack('>IBB', job, state, status) + text
    if cm_core.linked:
        if _n or not cm_ws.flush():
            return
        tv[_TB : _TB + len(_done)] = _done
        cm_ops.put(0x82, _rid, len(_done))
    _over()


def _over():
    global phase, _done, _out
    phase = 0
    _done = _out = None
    cm_core.run = None
    cm_core.drop('cm_play')
    cm_core.drop('cm_exec')
    cm_core.port.wake(False)


# What a program prints, in pieces of any size. No callback gets in between two jumps of the byte code, so filling the buffer
# and counting belong together. On a board an exception in here would end dupterm: KeyboardInterrupt is put off until
# the program itself runs again.
def write(b):
    global _n, _late, dropped
    at = pause = 0
    try:
        while phase == _RUNNING and at < len(b):
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
        _late = not nested
        cm_core.port.ring()


def wait(ms):
    if nested:
        cm_core.pump()
    else:
        cm_core.port.ring()
    time.sleep_ms(ms)
    if stop:
        raise KeyboardInterrupt
