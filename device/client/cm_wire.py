# What goes over the wire: WebSocket frames (RFC 6455) on a non-blocking stream, and in them the records of CM1
# (A128CBC-HS256), sealed and opened where they lie, in two buffers that are made once. Fragments, texts and what does not
# fit are refused from the frame's header. The upgrade and the handshake are cm_dial's.
#
# rx: frame's header 4, type 1, IV 16, plaintext at 21.   tx: frame's header with its mask 8, type 1, IV 16, plaintext at 25.
import struct
from cryptolib import aes
from hashlib import sha256
from micropython import const

_CBC = const(2)
_RECORD = const(0x10)
_RX = const(21)
_TX = const(25)
_BINARY = const(0x82)
_CLOSE = const(0x88)
_PONG = const(0x8A)
_ECONNRESET = const(104)
_ZERO = bytes(16)

# A record of 512 bytes of plaintext and the longest header.
rx = bytearray(4 + 561)
tx = bytearray(8 + 561)
rv = memoryview(rx)
tv = memoryview(tx)
sock = None
# MAC pads and AES key for sending, then for receiving. Next sequence number beside the pads it belongs to.
keys = None
seq = [0, 0, 0]
_have = 0
_at = _end = 0


def close():
    global sock, _have, _at, _end
    s, sock = sock, None
    _have = _at = _end = 0
    if s:
        s.close()


# True when nothing is left to send: only then may tx be written.
def flush():
    global _at
    while _at < _end:
        n = sock.write(tv[_at:_end])
        if not n:
            return False
        _at += n
    return True


# Sends tx[8:n] as one frame. Its mask, tx[4:8], stays zero: legal, and free.
def frame(n, a=_BINARY):
    global _at, _end
    _end = n
    n -= 8
    _at = 0 if n > 125 else 2
    tx[_at] = a
    tx[_at + 1] = 0xFE if n > 125 else 0x80 | n
    if n > 125:
        tx[2] = n >> 8
        tx[3] = n & 255
    flush()


# End of the next message, which starts at rx[4]; 0 when there is none yet. Only with tx free.
def recv():
    global _have
    while True:
        n = 2 if _have < 2 else 4 if _have < 4 else 4 + (rx[2] << 8 | rx[3])
        if _have == n > 2:
            _have = 0
            if rx[0] == _BINARY:
                return n
            __import__('cm_rare').control(n)
            if not flush():
                return 0
            continue
        n = sock.readinto(rv[_have:n])
        if n is None:
            return 0
        _have += n
        if _have == 2 and rx[1] < 126:
            rx[2] = 0
            rx[3] = rx[1]
            _have = 4
        # The peer has gone; or a frame that is not one of ours, masked, or too long.
        if not n or rx[0] != _BINARY and not _CLOSE <= rx[0] <= _PONG or rx[1] > 126:
            raise OSError(_ECONNRESET)
        if _have == 4 and 4 + (rx[2] << 8 | rx[3]) > len(rx):
            raise OSError(_ECONNRESET)


# HMAC of b ‖ c ‖ d. `a`: the two blocks that a key makes.
def mac(a, b, c, d):
    h = sha256(a[0])
    h.update(b)
    h.update(c)
    h.update(d)
    b = sha256(a[1])
    b.update(h.digest())
    return b.digest()


def _tag(i, m):
    a = mac(keys[i], struct.pack('>BQ', _RECORD, seq[i]), m, b'\0\0\0\0\0\0\0\x48')
    seq[i] += 1
    return a[:16]


# Sends the n bytes at tx[25:] as a record.
def seal(n):
    pad = 16 - n % 16
    n += _TX + pad
    for i in range(n - pad, n):
        tx[i] = pad
    tx[8] = _RECORD
    struct.pack_into('>QQ', tx, 9, 0, seq[0])
    # CBC from a zero IV makes AES(counter) of the counter block, which is the IV that the record asks for.
    aes(keys[1], _CBC, _ZERO).encrypt(tv[9:n], tv[9:n])
    tv[n : n + 16] = _tag(0, tv[9:n])
    frame(n + 16)


# Opens the record at rx[4:n]; answers where its plaintext, from rx[21:], ends.
def unseal(n):
    n -= 16
    if n < _RX + 16 or (n - _RX) % 16 or rx[4] != _RECORD:
        raise OSError(_ECONNRESET)
    # In the same time wherever the first difference is.
    bad = 0
    a = _tag(2, rv[5:n])
    for i in range(16):
        bad |= a[i] ^ rx[n + i]
    if bad:
        raise OSError(_ECONNRESET)
    # From a zero IV only the IV's own block comes out wrong, and that one carries nothing.
    aes(keys[3], _CBC, _ZERO).decrypt(rv[5:n], rv[5:n])
    pad = rx[n - 1]
    if not 0 < pad < 17 or rv[n - pad : n] != bytes([pad]) * pad:
        raise OSError(_ECONNRESET)
    return n - pad
