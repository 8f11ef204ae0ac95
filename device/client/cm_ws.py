# One WebSocket (RFC 6455) on a non-blocking stream: whole binary messages in cm_crypt.rx, one frame under way from
# cm_crypt.tx. Frames carry a mask of zeros: legal, and free. Fragments, texts and what does not fit are refused
# from the header. The upgrade is made by cm_dial.
from cm_crypt import rx, tx, rv, tv
from micropython import const

_BINARY = const(0x82)
_CLOSE = const(0x88)
_PING = const(0x89)
_PONG = const(0x8A)
_RECONNECT = const(4002)
_ECONNRESET = const(104)

sock = None
# The hub asked us to come back at once.
again = False
_have = 0
_at = _end = 0


def attach(s):
    global sock, again, _have, _at, _end
    sock, again = s, False
    _have = _at = _end = 0


def close():
    global sock
    s, sock = sock, None
    if s:
        try:
            s.close()
        except OSError:
            pass


# True when nothing is left to send: only then may tx be written.
def flush():
    global _at
    while _at < _end:
        n = sock.write(tv[_at:_end])
        if not n:
            return False
        _at += n
    return True


# Sends tx[at:end] as it is.
def raw(at, end):
    global _at, _end
    _at, _end = at, end
    return flush()


# Sends tx[8:8 + n] as one frame. tx[4:8], the mask, is never written.
def send(n, op=_BINARY):
    at = 0 if n > 125 else 2
    tx[at] = op
    tx[at + 1] = 0xFE if n > 125 else 0x80 | n
    if n > 125:
        tx[2] = n >> 8
        tx[3] = n & 255
    return raw(at, 8 + n)


# End of the next message, which starts at rx[4]; 0 when there is none yet. Call it only with tx free.
def recv():
    global _have
    while True:
        end = 2 if _have < 2 else 4 if _have < 4 else 4 + (rx[2] << 8 | rx[3])
        if _have < end:
            n = sock.readinto(rv[_have:end])
            if n is None:
                return 0
            if n == 0:
                raise OSError(_ECONNRESET)
            _have += n
            _header()
        elif _have > 2:
            _have = 0
            if rx[0] == _BINARY:
                return end
            _control(end)
            if not flush():
                return 0


def _header():
    global _have
    if _have == 2:
        if rx[0] not in (_BINARY, _CLOSE, _PING, _PONG) or rx[1] > 126:
            raise ValueError
        if rx[1] < 126:
            rx[2], rx[3] = 0, rx[1]
            _have = 4
    if _have == 4 and 4 + (rx[2] << 8 | rx[3]) > len(rx):
        raise ValueError


def _control(end):
    global again
    if rx[0] != _PONG:
        tv[8 : 4 + end] = rv[4:end]
        send(end - 4, _PONG if rx[0] == _PING else _CLOSE)
    if rx[0] == _CLOSE:
        again = end > 5 and rx[4] << 8 | rx[5] == _RECONNECT
        raise OSError(_ECONNRESET)
