# The socket's signal, for cm_dial, and what stands for the chip.
from cm_port_unix import fcntl, me
from micropython import const

_F_SETFL = const(4)
_F_SETOWN = const(8)
_O_NONBLOCK_ASYNC = const(0o24000)


def connect(a):
    return True


def stat():
    return 5, ''


def register(s):
    fcntl(s.fileno(), _F_SETOWN, me)
    fcntl(s.fileno(), _F_SETFL, _O_NONBLOCK_ASYNC)


# Of the chip, and the cause of this start.
def id():
    try:
        with open('/cm/chip', 'rb') as f:
            return f.read(8), 0
    except OSError:
        return b'', 0
