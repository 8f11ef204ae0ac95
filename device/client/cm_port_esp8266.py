# What pumps the core on a board: the socket's data callback and a timer, so that the client lives behind /app/main.py and
# the REPL, which stay as they are. Used of the firmware, and nothing else:
#   socket.setsockopt(SOL_SOCKET, 20, f)  f(socket) is scheduled when data or the peer's FIN is there; may be lost
#   machine.Timer(-1)                     its callback is scheduled, too
#   os.dupterm(stream, 0)                 while a program runs: write(bytes) hears what it prints
#   os.dupterm_notify(None)               readinto(bytearray(1)) until None; a 3 raises KeyboardInterrupt at main level,
#                                         the rest is what the REPL reads
#   micropython.schedule, network.WLAN(0), machine.reset_cause, machine.unique_id
# Scheduled callbacks run one at a time and Ctrl-C does not get in. So a program is not run here: the REPL is given a
# line to run it at main level, where callbacks and Ctrl-C do get in. WebREPL does the same.
import io
import os
import machine
import micropython
import network
import socket
import cm_core

_LINE = b"__import__('cm_play').run()\r"
_timer = machine.Timer(-1)
_wlan = network.WLAN(0)
_feed = b''
# An idle timer only keeps time; one that has something to wait for is quick, because callbacks get lost.
_IDLE_MS = 1000
_QUICK_MS = 50


class _Term(io.IOBase):
    def readinto(self, b):
        global _feed
        if not _feed:
            return None
        b[0] = _feed[0]
        _feed = _feed[1:]
        return 1

    def write(self, b):
        if cm_core.run:
            cm_core.run.write(b)
        return len(b)


_term = _Term()
# dupterm hears print, and all else that writes.
out = None


def _notify(text):
    global _feed
    _feed = text
    os.dupterm_notify(None)
    _feed = b''


def start():
    pace(True)


def pace(quick):
    _timer.init(mode=machine.Timer.PERIODIC, period=_QUICK_MS if quick else _IDLE_MS, callback=cm_core.poke)


def watch(s):
    s.setsockopt(socket.SOL_SOCKET, 20, cm_core.poke)


def ring():
    try:
        micropython.schedule(cm_core.poke, None)
    except RuntimeError:
        pass


# A program waits to be run (True), or has ended (False).
def wake(on):
    pace(on)
    os.dupterm(_term if on else None, 0)
    if on and not cm_core.app:
        _notify(_LINE)


def interrupt():
    _notify(b'\x03')


# The firmware keeps a Wi-Fi connection by itself, and the credentials; it is only helped when it is not at it.
def online(wifi):
    if _wlan.isconnected():
        return True
    if wifi and _wlan.status() != 1:
        _wlan.active(True)
        _wlan.connect(wifi[0], wifi[1])
    return False


def rssi():
    try:
        return _wlan.status('rssi')
    except (ValueError, TypeError, OSError):
        return 0


def chip():
    return machine.unique_id()


def cause():
    return machine.reset_cause()
