# What pumps the core on Linux, with MicroPython's own means: SIGIO when the socket has something and SIGALRM every now and
# then call a handler that schedules the core, as interrupts do on a board; they also end the system calls that a
# program waits in. No threads: this build has no global lock. For tests, and for Linux as a board.
import ffi
import micropython
import struct
import sys
import cm_core
from micropython import const

KIND = 'unix'
_SIGINT = const(2)
_SIGALRM = const(14)
_SIGIO = const(29)
_SIG_BLOCK = const(0)
_SIG_UNBLOCK = const(1)
_QUICK_US = const(50000)

_libc = ffi.open('libc.so.6')
_kill = _libc.func('i', 'kill', 'ii')
_getpid = _libc.func('i', 'getpid', '')
_signal = _libc.func('p', 'signal', 'ip')
_setitimer = _libc.func('i', 'setitimer', 'iPp')
fcntl = _libc.func('i', 'fcntl', 'iii')
_sigprocmask = _libc.func('i', 'sigprocmask', 'iPp')
_sigsuspend = _libc.func('i', 'sigsuspend', 'P')
_exit = _libc.func('v', '_exit', 'i')
_NONE = bytes(128)
_OURS = struct.pack('L', 1 << _SIGALRM - 1 | 1 << _SIGIO - 1) + bytes(120)
_SOON = struct.pack('llll', 0, _QUICK_US, 0, 1000)
me = _getpid()
_rung = _inside = _wanted = _hit = False


# The handler. KeyboardInterrupt is a SIGINT to ourselves, sent by the last thing that it does, because MicroPython with
# threads raises it at the next jump, be that in here or in a callback. A second one before the first was heard would
# end the process; a callback that runs has proved that it was.
def _ring(_):
    global _rung, _wanted, _hit
    if _wanted and not _inside and not _hit:
        _wanted, _hit = False, True
        return _kill(me, _SIGINT)
    if not _rung:
        _rung = True
        micropython.schedule(_poke, None)


def _poke(_):
    global _rung, _inside, _hit
    _inside, _rung, _hit = True, False, False
    cm_core.poke()
    _inside = False
    if _wanted:
        _setitimer(0, _SOON, None)


# `lock`: run as an interrupt is, without heap and scheduler.
_handler = ffi.callback('v', _ring, 'i', lock=True)


# The process that started us starts us again.
class _Machine:
    reset = lambda: _exit(3)


def pace(quick):
    s, us = (0, _QUICK_US) if quick else (1, 0)
    _setitimer(0, struct.pack('llll', s, us, s, us), None)


def rssi():
    return 0


# Has the core pumped soon.
def ring():
    _ring(0)


def interrupt():
    global _wanted
    _wanted = True


# Programs run here, at main level. Signals get in only while it waits, so that none comes between looking and waiting.
# Ctrl-C of a person ends it.
def idle():
    while True:
        _sigprocmask(_SIG_BLOCK, _OURS, None)
        # Scheduled work is done at the jump back, so the look comes first.
        while True:
            if cm_core.run and cm_core.run.phase == 1:
                break
            _sigsuspend(_NONE)
        _sigprocmask(_SIG_UNBLOCK, _OURS, None)
        __import__('cm_play').run()


sys.modules['machine'] = _Machine
_signal(_SIGIO, _handler.cfun())
_signal(_SIGALRM, _handler.cfun())
pace(True)
