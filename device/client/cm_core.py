# The client: one link to the hub, kept for ever. Nothing here waits: pump() does what can be done now. What calls it is
# cm_port_*: socket callbacks and a timer on a board, signals on Linux, elsewhere your own loop.
# Only this file, cm_wire and the port stay in memory; all else is imported when it is needed and forgotten when idle.
# Read next: cm_dial (how a link begins and ends), cm_rare (what the hub asks for), cm_exec (programs).
import gc
import os
import struct
import sys
from time import ticks_ms, ticks_add, ticks_diff
import cm_wire
from cm_wire import rx, tx, rv, tv
from micropython import const

_PING = const(7)
_ERR = const(0x85)
_PONG = const(0x87)
_NO_MEMORY = const(6)
_DEAD_MS = const(75000)
_IDLE_S = const(10)

# cm_exec while it has a program, else None. main.py sets `app` while /app/main.py holds the foreground.
run = None
app = False
linked = False
# This start's number; connections and failures since; what main.py found; the key in use until a record confirms it.
boots = links = fails = 0
safe = trial = epoch = None
# Seconds within which to come back after a session, as the hub wishes.
window = 1
uptime = 0
well = False
# When next to tidy up.
tidy = 60
# The next attempt while there is no link, the deadline of a step while there is.
at = 0
_second = 0
_dial = port = None
# While it is pumped, and before it starts.
_busy = True


# A module that stays until nothing was asked for a while.
def late(a):
    global tidy
    tidy = uptime + _IDLE_S
    # What stays a while goes to the low end of the heap, below the garbage of the hour.
    if a not in sys.modules:
        gc.collect()
    return __import__(a)


def start():
    global port, boots, safe, trial, at, _second, _busy
    s = late('cm_store')
    boots, safe, trial = s.next_boot(), s.safe, s.trial
    at = _second = ticks_ms()
    s = 'cm_port_unix' if sys.platform == 'linux' else 'cm_port_pump'
    port = __import__('cm_port_esp8266' if 'dupterm_notify' in dir(os) else s)
    _busy = False


def _step():
    global uptime, at, _second, _dial, _busy
    # Callbacks come while a loop pumps.
    if _busy:
        return
    _busy = True
    try:
        now = ticks_ms()
        n = ticks_diff(now, _second) // 1000
        _second = ticks_add(_second, n * 1000)
        uptime += n
        if uptime >= tidy:
            late('cm_tidy').tidy(False)
        if (linked or _dial) and ticks_diff(at, now) < 0:
            raise OSError(110)
        if linked:
            while cm_wire.flush():
                n = cm_wire.recv()
                if not n:
                    break
                n = cm_wire.unseal(n)
                if n < 24:
                    raise OSError(104)
                at = ticks_add(now, _DEAD_MS)
                _serve(n)
            if run:
                run.emit()
        elif _dial or ticks_diff(at, now) <= 0:
            _dial = _dial or late('cm_dial').dial()
            next(_dial)
            if linked:
                _dial = None
                late('cm_tidy').tidy(True)
    except Exception as e:
        _dial = None
        late('cm_dial').lost(e)
    finally:
        _busy = False


# For loops and callbacks, as often as you like; the argument is what callbacks are given. A program that waits pumps, too.
def pump(_=None):
    _step()
    if run:
        run.poke()


# Sends the n bytes at tx[28:] as operation `a`, with the rid that the caller has put before them. Only with tx free.
def put(a, n):
    tx[25] = a
    cm_wire.seal(3 + n)


# The operation at rx[21:n]; an answer carries its rid. A command that fails is answered. Most of it is not in memory.
def _serve(n):
    tv[26:28] = rv[22:24]
    try:
        if rx[21] == _PING:
            gc.collect()
            struct.pack_into('>IbI', tx, 28, gc.mem_free(), port.rssi(), uptime)
            put(_PONG, 9)
        elif not run or not run.control(n):
            late('cm_rare').do(rx[21], rv[24:n])
    except MemoryError:
        gc.collect()
        tx[28] = _NO_MEMORY
        put(_ERR, 1)
    except Exception as e:
        late('cm_rare').fail(e)
