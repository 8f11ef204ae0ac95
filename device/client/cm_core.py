# The client: one link to the hub, kept for ever. Nothing here waits: pump() does what can be done now. start() finds what
# pumps it (cm_port_*): socket callbacks and a timer on a board, signals on Linux; a loop or asyncio may call pump() as well.
# Read next: cm_dial (how a link begins), cm_ops (what the hub asks for), cm_exec (programs), cm_store (flash).
import gc
import os
import struct
import sys
import time
import cm_crypt
import cm_ops
import cm_store
import cm_ws
from micropython import const

_DIAL_MS = const(15000)
_DEAD_MS = const(75000)
_RETRY_S = const(120)
# For a hub that does not know our key: an impostor, or one that lost its data. Slow, but for ever.
_DOUBT_S = const(600)
_HEALTHY_S = const(60)

port = None
# cm_exec while it has a program, else None. main.py sets `app` while /app/main.py holds the foreground.
run = None
app = False
linked = False
boots = links = fails = uptime = 0
# Of the key in use, until the hub's first record has confirmed it.
epoch = None
doubt = False
# Seconds within which to come back after a session, as the hub wishes.
window = 1
# Until which uptime a staging file stays open.
files = 0
_dial = None
_busy = False
# The next attempt while there is no link, the deadline of a step while there is.
_at = _second = 0


def start():
    global port, boots, _second
    boots = cm_store.next_boot()
    port = __import__('cm_port_esp8266' if hasattr(os, 'dupterm_notify') else 'cm_port_unix')
    _second = time.ticks_ms()
    due(0)
    port.start()


def due(ms):
    global _at
    _at = time.ticks_add(time.ticks_ms(), ms)


# Of what is imported late only what is in use stays in memory.
def drop(name):
    sys.modules.pop(name, None)


def pump():
    global _busy
    # A program that waits pumps, and may have been started by what pumps.
    if _busy:
        return
    _busy = True
    try:
        _tick()
        if cm_ws.sock or _dial or time.ticks_diff(_at, time.ticks_ms()) <= 0:
            _step()
    except Exception:
        _lost()
    finally:
        _busy = False


# For callbacks: while /app/main.py holds the foreground nobody else would start a program.
def poke(_=None):
    pump()
    if run:
        run.poke()


def _tick():
    global uptime, _second, files
    s = time.ticks_diff(time.ticks_ms(), _second) // 1000
    if s > 0:
        _second = time.ticks_add(_second, s * 1000)
        if uptime < _HEALTHY_S <= uptime + s:
            cm_store.healthy()
        uptime += s
        if files and files < uptime:
            files = 0
            __import__('cm_files').close()
            drop('cm_files')


def _step():
    global _dial, linked
    if not cm_ws.sock and not _dial:
        gc.collect()
        _dial = __import__('cm_dial').dial()
        due(_DIAL_MS)
        port.pace(True)
    elif time.ticks_diff(_at, time.ticks_ms()) <= 0:
        raise OSError(110)
    if _dial:
        if not next(_dial):
            return
        _dial, linked = None, True
        drop('cm_dial')
        due(_DEAD_MS)
        port.pace(run)
        cm_ops.info()
    while cm_ws.flush():
        end = cm_ws.recv()
        if not end:
            break
        n = cm_crypt.unseal(end)
        due(_DEAD_MS)
        cm_ops.serve(n)
    if run:
        run.emit()


# After a session the next attempt comes at a random moment of the hub's window, else with full jitter. Each failure tries the
# next key, then the next hub: cm_dial counts them by `fails`.
def _lost():
    global _dial, linked, fails, doubt
    again = cm_ws.again
    cm_ws.close()
    if linked:
        span = 0 if again else window * 1000
    else:
        span = 1000 * min(_DOUBT_S if doubt else _RETRY_S, 1 << min(fails, 10))
        fails += 1
    _dial, linked, doubt = None, False, False
    drop('cm_dial')
    gc.collect()
    due(struct.unpack('>H', os.urandom(2))[0] * span >> 16)
    port.pace(run or not span)
    if run:
        run.emit()
