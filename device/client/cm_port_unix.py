# What pumps the core on Linux, with MicroPython's own means: SIGIO when the socket has something and SIGALRM every now and
# then call a handler that schedules the core, as interrupts do on a board; they also end the system calls that a
# program waits in. No threads: this build has no global lock. For tests, and for Linux as a board.
import ffi
import micropython
import struct
import sys
import uctypes
import cm_core
from micropython import const

kind = 'unix'
_SIGINT = const(2)
_SIGALRM = const(14)
_SIGIO = const(29)
_SA_RESTART = const(0x10000000)
_QUICK_US = const(50000)
_IDLE_US = const(1000000)
_SOON_US = const(1000)

_libc = ffi.open('libc.so.6')
_kill = _libc.func('i', 'kill', 'ii')
_sigaction = _libc.func('i', 'sigaction', 'iPp')
_setitimer = _libc.func('i', 'setitimer', 'iPp')
_sigprocmask = _libc.func('i', 'sigprocmask', 'iPp')
_sigsuspend = _libc.func('i', 'sigsuspend', 'P')
_exit = _libc.func('v', '_exit', 'i')
fcntl = _libc.func('i', 'fcntl', 'iii')
me = _libc.func('i', 'getpid', '')()
_rung = _wanted = _inside = _calm = False
# The allocator's mutex lies in the interpreter's state, behind sys.modules; where, is seen when it names us as its owner.
_state = uctypes.bytearray_at(id(sys.modules), 2048)
_owner = struct.pack('i', me)
_mutex = None


def _mask(*signals):
    return struct.pack('L', sum([1 << n - 1 for n in signals])) + bytes(128 - struct.calcsize('L'))


# The handler. SIGINT becomes KeyboardInterrupt wherever MicroPython is, and is sent from here because it waits for the end of a
# handler. It is for a program: not for a callback or what calls it, so it waits for the second alarm in which none is
# due; and not for the allocator, which would stay locked.
def _ring(n):
    global _rung, _wanted, _calm, _mutex
    if _mutex is None:
        n = _state.find(_owner)
        if n > 0:
            # lock, count, owner: glibc, 32 and 64 bits.
            _mutex = n - 8
    elif _wanted and n == _SIGALRM and not _rung and not _inside:
        if _calm and not _state[_mutex]:
            _wanted = False
            _kill(me, _SIGINT)
        _calm = True
    elif not _rung:
        _rung = True
        micropython.schedule(_poke, None)


def _poke(_):
    global _rung, _inside, _calm
    _inside, _rung = True, False
    cm_core.pump()
    _calm = False
    if _wanted:
        _alarm(_SOON_US)
    _inside = False


def _alarm(us):
    _setitimer(0, struct.pack('llll', us // 1000000, us % 1000000, us // 1000000, us % 1000000), None)


# The process that started us starts us again.
class _Machine:
    reset = lambda: _exit(3)


def pace(n):
    _alarm(_QUICK_US if n else _IDLE_US)


def rssi():
    return 0


# For a program that waits: has the core pumped soon.
def ring():
    global _wanted, _rung
    if _wanted:
        _wanted = False
        raise KeyboardInterrupt
    if not _rung:
        _rung = True
        micropython.schedule(_poke, None)


def interrupt():
    global _wanted
    _wanted = True


# Programs run here, at main level. Signals get in only while it waits, so that none comes between looking and waiting.
# Ctrl-C of a person ends it.
def idle():
    # 0 blocks them, 1 lets them in.
    ours = _mask(_SIGALRM, _SIGIO)
    while True:
        _sigprocmask(0, ours, None)
        # Scheduled work is done at the jump back, so the look comes first.
        while True:
            if cm_core.run and cm_core.run.phase == 1:
                break
            _sigsuspend(bytes(128))
        _sigprocmask(1, ours, None)
        __import__('cm_play').run()


sys.modules['machine'] = _Machine
# `lock`: run as an interrupt is, without heap and scheduler.
_handler = ffi.callback('v', _ring, 'i', lock=True)
for _n in (_SIGIO, _SIGALRM):
    _sigaction(_n, struct.pack('P', _handler.cfun()) + _mask(_SIGINT) + struct.pack('iP', _SA_RESTART, 0), None)
# Milliseconds of nothing but allocation, until an alarm comes upon it. A build without threads has no such mutex.
_alarm(100)
for _n in range(1000000):
    if _mutex is not None:
        break
    bytearray(100)
else:
    _mutex, _state = 0, bytes(1)
pace(True)
